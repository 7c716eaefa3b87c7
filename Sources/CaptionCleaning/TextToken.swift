/// A word, a mark, the end of a line, or white space of a text.
struct TextToken {
    let text: Substring
    /// A word in small letters, or the mark; a line feed for the end of lines, empty for other white space.
    let key: String
    let isWord: Bool

    var isSpace: Bool { key.isEmpty }
    /// Whether a sentence, or a part of one that could be one, ends with it.
    var isEnd: Bool { key.first.map { SentenceEnds.marks.contains($0) || ";:\n".contains($0) } ?? false }

    private enum Kind { case word, space, newline, mark }

    /// All of a text, in its order.
    static func all(of text: String) -> [TextToken] {
        let scalars = text.unicodeScalars
        var tokens: [TextToken] = []
        var start = scalars.startIndex
        while start < scalars.endIndex {
            let kind = kind(of: scalars[start])
            var end = scalars.index(after: start)
            while kind != .mark, end < scalars.endIndex, self.kind(of: scalars[end]) == kind {
                end = scalars.index(after: end)
            }
            let token = text[start..<end]
            let key =
                switch kind {
                case .word: token.lowercased()
                case .space: ""
                case .newline: "\n"
                case .mark: String(token)
                }
            tokens.append(TextToken(text: token, key: key, isWord: kind == .word))
            start = end
        }
        return tokens
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII {
            switch UInt8(truncatingIfNeeded: scalar.value) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                return .word
            case UInt8(ascii: " "), UInt8(ascii: "\t"): return .space
            case 0x0A...0x0D: return .newline
            default: return .mark
            }
        }
        switch scalar.properties.generalCategory {
        case .spaceSeparator: return .space
        case .lineSeparator, .paragraphSeparator: return .newline
        case .nonspacingMark, .spacingMark, .enclosingMark, .letterNumber, .decimalNumber, .otherNumber: return .word
        // Joiners stand within words.
        case .format: return .word
        default: return scalar.properties.isAlphabetic || scalar == "’" ? .word : .mark
        }
    }
}

extension [TextToken] {
    /// The first token from a place on that is no white space; `count` where there is none.
    func skippingSpace(from index: Int) -> Int {
        var index = index
        while index < count, self[index].isSpace { index += 1 }
        return index
    }

    /// The key of the first token from a place on that is no white space.
    func key(from index: Int) -> String? {
        let index = skippingSpace(from: index)
        return index < count ? self[index].key : nil
    }

    func text(from index: Int) -> String {
        index < count ? String(self[index].text.base[self[index].text.startIndex...]) : ""
    }
}
