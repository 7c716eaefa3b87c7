/// How long a text may be.
enum LengthLimit {
    /// What stands between white space.
    case words(Int)
    /// What a reader takes for one, however many code points that has.
    case characters(Int)

    /// A text that is no longer: it ends with a sentence where one ends before that, or with a tag, else with a word.
    func cut(_ text: String, isTags: Bool) -> String {
        guard let limit = limit(in: text) else { return text }
        let ends = isTags ? Self.tagEnds(in: text) : SentenceEnds.all(in: text)
        if let end = ends.last(where: { $0 <= limit }), end > text.startIndex { return Trimming.trimmed(text[..<end]) }
        return Self.cutAtWord(text, limit)
    }

    /// Where a text is too long; `nil` when it isn't.
    private func limit(in text: String) -> String.Index? {
        switch self {
        case .characters(let count):
            let end = text.index(text.startIndex, offsetBy: max(count, 1), limitedBy: text.endIndex)
            return end.flatMap { $0 < text.endIndex ? $0 : nil }
        case .words(let count):
            var (words, isInside) = (0, false)
            for index in text.indices {
                let isSpace = text[index].isWhitespace
                if !isSpace, !isInside, words == max(count, 1) { return index }
                if !isSpace, !isInside { words += 1 }
                isInside = !isSpace
            }
            return nil
        }
    }

    private static func tagEnds(in text: String) -> [String.Index] {
        text.indices.filter { text[$0] == "," || text[$0].isNewline }
    }

    /// Words that nothing ends with.
    private static let dangling: Set<String> = [
        "a", "an", "the", "and", "or", "but", "of", "with", "in", "on", "at", "to", "by", "for", "from", "is", "are",
        "its",
        "his", "her", "their", "while", "as", "that", "which",
    ]

    private static func cutAtWord(_ text: String, _ limit: String.Index) -> String {
        var rest = text[..<limit]
        // In the middle of a word all of it goes, unless it is the only one.
        if !text[limit].isWhitespace, let space = rest.lastIndex(where: \.isWhitespace) { rest = rest[..<space] }
        let whole = Trimming.trimmed(rest)
        while let last = rest.last {
            if last.isWhitespace || ",;:-–—(".contains(last) {
                rest.removeLast()
            } else if let space = rest.lastIndex(where: \.isWhitespace),
                dangling.contains(rest[rest.index(after: space)...].lowercased())
            {
                rest = rest[..<space]
            } else {
                break
            }
        }
        return rest.isEmpty ? whole : String(rest)
    }
}
