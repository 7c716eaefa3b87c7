/// A tag, or many by `*` (any characters) and `?` (one). Capitals count as small letters, underscores as blanks.
package struct TagPattern: Sendable, Equatable {
    private let pattern: [Character]

    /// The pattern as `key` writes it.
    var text: String { String(pattern) }

    package init(_ pattern: some StringProtocol) {
        self.pattern = Array(Self.key(pattern))
    }

    /// Whether more than one tag can be like it.
    package var isGlob: Bool { pattern.contains { $0 == "*" || $0 == "?" } }

    /// What two spellings of one tag have in common.
    static func key(_ tag: some StringProtocol) -> String {
        String(Trimming.trimmed(tag).lowercased().map { $0 == "_" ? " " : $0 })
    }

    /// - Parameter key: What `key` says of a tag.
    func matches(key: String) -> Bool {
        let text = Array(key)
        var (inText, inPattern) = (0, 0)
        // Where to go on when the last star has to match one character more.
        var star: (pattern: Int, text: Int)?
        while inText < text.count {
            if inPattern < pattern.count, pattern[inPattern] == "*" {
                star = (inPattern, inText)
                inPattern += 1
            } else if inPattern < pattern.count, pattern[inPattern] == "?" || pattern[inPattern] == text[inText] {
                inPattern += 1
                inText += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (inPattern, inText) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == "*" }
    }
}
