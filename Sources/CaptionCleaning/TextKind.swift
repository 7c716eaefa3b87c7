/// What a text of the model is.
package enum TextKind: String, Sendable, Equatable, CaseIterable {
    /// Sentences.
    case text
    /// Tags with commas between.
    case tags
    /// Each line is looked at.
    case unknown = "auto"

    /// Whether a line is a list of tags.
    func isTags(_ line: Substring) -> Bool {
        switch self {
        case .text: false
        case .tags: true
        case .unknown: Self.looksLikeTags(line)
        }
    }

    private static let maxWords = 4
    private static let starts: Set<Substring> = ["a", "an", "the", "and", "this", "there", "in", "on", "with", "it"]

    /// Two parts at least, none of which has many words, begins as a part of a sentence does, or ends one.
    private static func looksLikeTags(_ line: Substring) -> Bool {
        let parts = line.split { $0 == "," || $0.isNewline }
        guard parts.count > 1, !(line.last.map { SentenceEnds.marks.contains($0) } ?? false) else { return false }
        return parts.allSatisfy { part in
            let words = part.split(whereSeparator: \.isWhitespace)
            guard let first = words.first else { return true }
            return words.count <= maxWords && !starts.contains(Substring(first.lowercased()))
                && !words.dropLast().contains { $0.last.map { ".!?:".contains($0) } ?? false }
        }
    }
}
