/// What is done to a list of tags, in the order of the fields.
package struct TagRules: Sendable, Equatable {
    /// What stands between the words of a tag.
    package enum Spelling: Sendable, Equatable {
        case asItIs
        case underscores
        case spaces
    }

    package var spelling = Spelling.asItIs
    /// Tags that go.
    package var excluded: [TagPattern] = []
    /// Whether a tag that was there before goes, in other capitals and with underscores for blanks, too.
    package var dropsDoubles = false
    /// Whether they come in the order of the alphabet.
    package var isSorted = false
    /// Those that come first, in this order, where they are there.
    package var first: [String] = []
    /// The most tags.
    package var maxCount: Int?

    package init() {}

    var isEmpty: Bool { self == TagRules() }

    /// Steps of work for each byte of a list.
    var cost: Int { 40 + (isSorted ? 40 : 0) + (first.isEmpty ? 0 : 20) + 20 * excluded.count(where: \.isGlob) }

    /// - Parameter list: Tags with commas between.
    func apply(to list: some StringProtocol) -> String {
        var tags = list.split { $0 == "," || $0.isNewline }.map { spelled(Trimming.trimmed($0)) }.filter { !$0.isEmpty }
        tags = withoutExcluded(tags)
        if dropsDoubles { tags = Self.withoutDoubles(tags) }
        if isSorted { tags = tags.sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) } }
        if !first.isEmpty { tags = firstOnes(tags) }
        if let maxCount { tags = Array(tags.prefix(max(maxCount, 1))) }
        return tags.joined(separator: ", ")
    }

    private func withoutExcluded(_ tags: [String]) -> [String] {
        guard !excluded.isEmpty else { return tags }
        let globs = excluded.filter(\.isGlob)
        let exact = Set(excluded.filter { !$0.isGlob }.map(\.text))
        return tags.filter { tag in
            let key = TagPattern.key(tag)
            return !exact.contains(key) && !globs.contains { $0.matches(key: key) }
        }
    }

    private static func withoutDoubles(_ tags: [String]) -> [String] {
        var seen: Set<String> = []
        return tags.filter { seen.insert(TagPattern.key($0)).inserted }
    }

    private func firstOnes(_ tags: [String]) -> [String] {
        let ranks = Dictionary(first.enumerated().map { (TagPattern.key($1), $0) }) { first, _ in first }
        let ranked = tags.enumerated().map { (rank: ranks[TagPattern.key($1)] ?? .max, place: $0, tag: $1) }
        return ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.tag)
    }

    private func spelled(_ tag: String) -> String {
        switch spelling {
        case .asItIs: tag
        case .underscores: tag.split(whereSeparator: \.isWhitespace).joined(separator: "_")
        case .spaces: Self.faces.contains(tag) ? tag : Trimming.trimmed(String(tag.map { $0 == "_" ? " " : $0 }))
        }
    }

    /// Tags whose underscores are mouths.
    private static let faces: Set<String> = [
        "0_0", "(o)_(o)", "+_+", "+_-", "._.", "<o>_<o>", "<|>_<|>", "=_=", ">_<", "3_3", "6_9", ">_o", "@_@", "^_^",
        "o_o", "u_u", "x_x", "|_|", "||_||", "T_T", ";_;", "-_-", "o_O", "O_o",
    ]
}
