/// How much of a text answer that is still being generated no further tokens can change.
package enum SettledText {
    private static let marks = ["<s>", "</s>"]

    /// - Parameters:
    ///   - decoded: What the tokens so far say, special ones kept, spaces not tidied.
    ///   - tidying: Whether they will be.
    /// - Returns: What the answer begins with, whatever follows.
    package static func prefix(of decoded: String, tidying: Bool) -> String {
        var scalars = Array(decoded.unicodeScalars)
        // A character may be spread over several tokens; until all are there it decodes as this.
        while scalars.last == "\u{FFFD}" { scalars.removeLast() }
        if tidying {
            scalars = Array(Tokenizer.cleanUp(String(String.UnicodeScalarView(wholeWords(scalars)))).unicodeScalars)
        }
        let text = withoutBegunMark(withoutMarks(withoutBegunMark(scalars)))
        return Whitespace.stripped(text)
    }

    static func withoutMarks(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        marks.reduce(scalars) { MarkedText.removing($1, from: $0) }
    }

    /// What may become a mark, which goes.
    private static func withoutBegunMark(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let begun = marks.flatMap { mark in (1..<mark.count).map { Array(mark.unicodeScalars.prefix($0)) } }
        let longest = begun.filter { scalars.suffix($0.count).elementsEqual($0) }.map(\.count).max() ?? 0
        return Array(scalars.dropLast(longest))
    }

    /// Tidying takes spaces away before punctuation and around an apostrophe, so the last two words are open.
    private static func wholeWords(_ scalars: [Unicode.Scalar]) -> ArraySlice<Unicode.Scalar> {
        var words = scalars[...]
        for _ in 0..<2 { words = words.lastIndex(of: " ").map { words[..<$0] } ?? [] }
        while words.suffix(2).elementsEqual([" ", "'"]) { words = words.dropLast(2) }
        return words
    }
}
