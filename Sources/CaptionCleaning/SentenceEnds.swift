/// Where sentences end.
enum SentenceEnds {
    static let marks: Set<Character> = [".", "!", "?", "…", "。", "！", "？"]
    private static let wide: Set<Character> = ["。", "！", "？"]
    private static let closing: Set<Character> = ["\"", "'", "”", "’", ")", "]", "»"]
    /// What ends with a dot in the middle of a sentence.
    private static let abbreviations: Set<Substring> = [
        "mr", "mrs", "ms", "dr", "st", "prof", "no", "vs", "etc", "e.g", "i.e", "jr", "sr", "ca", "approx", "vol",
        "fig",
    ]

    /// The places behind the sentences of a text, as far as it ends them.
    static func all(in text: String) -> [String.Index] {
        var ends: [String.Index] = []
        var index = text.startIndex
        while index < text.endIndex {
            guard marks.contains(text[index]) else {
                index = text.index(after: index)
                continue
            }
            let start = index
            while index < text.endIndex, marks.contains(text[index]) || closing.contains(text[index]) {
                index = text.index(after: index)
            }
            if isEnd(of: text, from: start, to: index) { ends.append(index) }
        }
        return ends
    }

    private static func isEnd(of text: String, from start: String.Index, to end: String.Index) -> Bool {
        guard end < text.endIndex, !wide.contains(text[start]) else { return true }
        guard text[end].isWhitespace else { return false }
        if let next = text[end...].first(where: { !$0.isWhitespace }), next.isLowercase { return false }
        guard text[start] == ".", text.index(after: start) == end else { return true }
        let word = text[..<start].suffix { !$0.isWhitespace && !"(\"".contains($0) }
        // An initial, as in J. Doe.
        let isInitial = word.count == 1 && word.first?.isUppercase ?? false
        return !isInitial && !abbreviations.contains(Substring(word.lowercased()))
    }
}

extension Substring {
    /// The end of a text, back to the first character that isn't one of those.
    fileprivate func suffix(while isOne: (Character) -> Bool) -> Substring {
        guard let before = lastIndex(where: { !isOne($0) }) else { return self }
        return self[index(after: before)...]
    }
}
