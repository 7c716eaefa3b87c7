/// A text that is put in the place of another one, letter by letter as they are written.
package struct Replacement: Sendable, Equatable {
    package let old: String
    package let new: String
    /// Where in the new text the old one stands: there it is left alone, so that nothing is replaced twice.
    private let inside: [Int]

    /// - Parameter old: Must not be empty, or nothing is replaced.
    package init(_ old: String, with new: String) {
        (self.old, self.new) = (old, new)
        let (old, new) = (Array(old), Array(new))
        inside =
            old.isEmpty || old.count > new.count
            ? [] : (0...new.count - old.count).filter { new[$0..<$0 + old.count].elementsEqual(old) }
    }

    /// Reads `old=new`; the first equals sign parts them. `nil` without one, or with nothing before it.
    package init?(_ text: some StringProtocol) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        self.init(String(text[..<sign]), with: String(text[text.index(after: sign)...]))
    }

    func apply(to text: String) -> String {
        guard !old.isEmpty, old != new, Self.contains(text, old) else { return text }
        var text = replaced(in: text)
        // What comes together where something was taken out may be the same once more.
        for _ in 0..<Self.maxRounds where new.isEmpty && Self.contains(text, old) { text = replaced(in: text) }
        return text
    }

    private static let maxRounds = 8

    private func replaced(in text: String) -> String {
        let (text, old, new) = (Array(text), Array(old), Array(new))
        var result: [Character] = []
        var index = 0
        while index < text.count {
            guard Self.stands(old, in: text, at: index) else {
                result.append(text[index])
                index += 1
                continue
            }
            if let start = inside.first(where: { $0 <= index && Self.stands(new, in: text, at: index - $0) }) {
                let end = index - start + new.count
                result += text[index..<end]
                index = end
            } else {
                result += new
                index += old.count
                if new.isEmpty { Self.closeGap(&result, text, &index) }
            }
        }
        return String(result)
    }

    /// Of two blanks that have come together one goes, and one before a comma or a dot.
    private static func closeGap(_ result: inout [Character], _ text: [Character], _ index: inout Int) {
        if result.last?.isWhitespace ?? true {
            while index < text.count, text[index] == " " { index += 1 }
        }
        if index < text.count, ",.;:!?".contains(text[index]), result.last == " " { result.removeLast() }
    }

    private static func stands(_ part: [Character], in text: [Character], at index: Int) -> Bool {
        index + part.count <= text.count && text[index..<index + part.count].elementsEqual(part)
    }

    /// Whether the bytes are there at all, which is soon known.
    private static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard let first = part.first, part.count <= text.count else { return false }
        return (0...text.count - part.count).contains {
            text[$0] == first && text[$0..<$0 + part.count].elementsEqual(part)
        }
    }
}
