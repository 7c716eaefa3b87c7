/// A sentence, or a line, of a prompt.
struct PromptSentence {
    /// In small letters; a comma is a word of its own.
    var words: [String]

    /// Sentences of a text; a dot within a word or a number ends none.
    static func split(_ text: String) -> [PromptSentence] {
        var sentences: [PromptSentence] = []
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func endWord() {
            if !word.isEmpty { words.append(String(word).lowercased()) }
            word.removeAll()
        }
        func endSentence() {
            endWord()
            if !words.isEmpty { sentences.append(PromptSentence(words: words)) }
            words.removeAll()
        }
        var afterDot = false
        for scalar in withoutPlaceholders(text).unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if afterDot, isSpace { endSentence() } else if afterDot { endWord() }
            afterDot = false
            switch scalar {
            case "\n", "!", "?", ";": endSentence()
            case ".": afterDot = true
            case ",":
                endWord()
                words.append(",")
            case "'" where !word.isEmpty, "_": word.append(scalar)
            case _ where scalar.properties.isAlphabetic || scalar.properties.numericType != nil: word.append(scalar)
            default: endWord()
            }
        }
        endSentence()
        return sentences
    }

    /// Placeholders of templates, such as `{label}`, are no words.
    private static func withoutPlaceholders(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let name = rest[rest.index(after: open)...].prefix(41).prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            if !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" {
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                result += " "
                rest = rest[rest.index(after: open)...]
            }
        }
        return result + rest
    }

    private static let negations: Set<String> = [
        "no", "not", "never", "avoid", "without", "don't", "dont", "omit", "exclude", "skip",
    ]

    /// What the sentence begins with, numbers of lists and a "please" apart.
    private var start: ArraySlice<String> {
        words.drop { $0 == "," || $0 == "please" || $0.allSatisfy(\.isNumber) }
    }

    /// Whether it speaks of what may be there, or must not be: such a sentence mentions words that must not decide.
    var isAside: Bool {
        let start = start
        guard let first = start.first else { return false }
        let second = start.dropFirst().first
        if first == "no", second == "more" || second == "longer" { return false }
        if Self.negations.contains(first) || first == "do" && second == "not" || first == "if" { return true }
        return ["note", "mention", "include"].contains(first) && second == "any"
    }

    /// Without clauses that begin with a word such as "without".
    var withoutAsides: PromptSentence {
        var kept: [String] = []
        var isAside = false
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : ""
            if word == "," { isAside = false }
            if word == "without"
                || (word == "instead" || word == "rather" || word == "other") && (next == "of" || next == "than")
                || (word == "not" || word == "no") && next != "more" && next != "longer"
            {
                isAside = true
            }
            if !isAside, word != "," { kept.append(word) }
        }
        return PromptSentence(words: kept)
    }

    /// Whether it has the word.
    func has(_ word: String) -> Bool { words.contains(word) }

    func hasAny(_ wanted: Set<String>) -> Bool { words.contains { wanted.contains($0) } }

    /// Whether the words stand in it, one after the other.
    func hasPhrase(_ phrase: String) -> Bool {
        let phrase = phrase.split(separator: " ").map(String.init)
        guard phrase.count <= words.count else { return false }
        return words.indices.dropLast(phrase.count - 1).contains { words[$0...].starts(with: phrase) }
    }

    /// Whether one of the second words follows one of the first, with at most so many words between them.
    func hasAny(_ first: Set<String>, then second: Set<String>, within distance: Int) -> Bool {
        words.indices.contains { index in
            first.contains(words[index])
                && words[index...].dropFirst().prefix(distance + 1).contains(where: second.contains)
        }
    }
}
