/// Cuts text into words with GPT-2's pattern, by hand and in one pass:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
struct PreTokenizer: Sendable {
    /// `ByteLevel.add_prefix_space`: a text that doesn't start with a space gets one.
    var addPrefixSpace = false
    /// `ByteLevel.use_regex`: whether text is cut at all.
    var usesPattern = true

    /// Calls `body` with each word's UTF-8, in order.
    func forEachWord(of text: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
        var text = text
        if addPrefixSpace, let first = text.first, first != 0x20 { text = [0x20] + text }
        guard usesPattern else { return text.isEmpty ? () : body(text) }
        var start = text.startIndex
        while start < text.endIndex {
            let end = Self.endOfWord(in: text, from: start)
            body(text[start..<end])
            start = end
        }
    }

    private static func endOfWord(in text: ArraySlice<UInt8>, from start: Int) -> Int {
        if let end = endOfContraction(in: text, from: start) { return end }
        let first = ScalarCursor.next(text, at: start)
        let firstClass = CharacterClass(first.scalar)
        if firstClass != .whitespace { return endOfRun(of: firstClass, in: text, from: first.end) }
        if first.scalar == " ", first.end < text.endIndex {
            let second = ScalarCursor.next(text, at: first.end)
            let secondClass = CharacterClass(second.scalar)
            if secondClass != .whitespace { return endOfRun(of: secondClass, in: text, from: second.end) }
        }
        return endOfWhitespace(in: text, from: start)
    }

    private static func endOfContraction(in text: ArraySlice<UInt8>, from start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < text.endIndex else { return nil }
        let second = text[start + 1]
        let third = start + 2 < text.endIndex ? text[start + 2] : 0
        switch (second, third) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
            return start + 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default: return nil
        }
    }

    private static func endOfRun(of kind: CharacterClass, in text: ArraySlice<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.endIndex {
            let next = ScalarCursor.next(text, at: end)
            guard CharacterClass(next.scalar) == kind else { break }
            end = next.end
        }
        return end
    }

    /// `\s+(?!\S)|\s+`: a run before a word leaves its last character over, unless it is the only one.
    private static func endOfWhitespace(in text: ArraySlice<UInt8>, from start: Int) -> Int {
        let end = endOfRun(of: .whitespace, in: text, from: start)
        guard end < text.endIndex else { return end }
        let last = ScalarCursor.previous(text, before: end).start
        return last > start ? last : end
    }
}
