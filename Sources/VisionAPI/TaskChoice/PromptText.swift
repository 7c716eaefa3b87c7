/// The words of a turn as the rules read them: sentences of words in small letters, without what is no part of the wish.
struct PromptText {
    /// The text with straight quotes and without labels.
    let text: String
    /// All sentences.
    let sentences: [PromptSentence]
    /// The sentences that may decide, without asides.
    let deciding: [PromptSentence]

    /// More bytes are not read: what a prompt costs is not for others to say.
    static let maxSize = 32 << 10

    init(_ text: String) {
        let straight = Self.straight(text)
        self.text = straight.split(whereSeparator: \.isNewline).filter { !Self.isLabel($0) }.joined(separator: "\n")
        sentences = PromptSentence.split(self.text)
        deciding = sentences.filter { !$0.isAside }.map(\.withoutAsides).filter { !$0.words.isEmpty }
    }

    private static func straight(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maxSize) {
            switch scalar.value {
            case 0x2018, 0x2019, 0x201B, 0x02BC: result.append("'")
            case 0x201C, 0x201D, 0x201E, 0x00AB, 0x00BB: result.append("\"")
            case 0x00A0, 0x202F, 0x2007: result.append(" ")
            case 0x2010...0x2015: result.append("-")
            case 0x200B...0x200D, 0xFEFF: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// `Image 1:`, `front_door.jpg:`, `### User:` and the like, alone on a line: they say nothing of what is wanted.
    private static func isLabel(_ line: Substring) -> Bool {
        let line = line.trimming { $0.isWhitespace || $0 == "#" || $0 == "*" }
        if line.isEmpty { return true }
        guard line.last == ":", line.utf8.count <= 80 else { return false }
        let words = line.dropLast().split(whereSeparator: \.isWhitespace)
        guard let first = words.first?.lowercased(), words.count <= 4 else { return false }
        if ["user", "human", "assistant", "system", "instruction", "response"].contains(first), words.count == 1 {
            return true
        }
        let isNumbered = words.count > 1 && words.dropFirst().contains { $0.contains(where: \.isNumber) }
        let isFile = words.count == 1 && first.contains { $0 == "." || $0 == "_" || $0.isNumber }
        return isFile || isNumbered
            || ["image", "picture", "photo", "frame", "camera"].contains(first) && words.count == 1
    }
}

extension Substring {
    /// Without characters at either end that are to go.
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        let start = drop(while: isTrimmed)
        guard let last = start.lastIndex(where: { !isTrimmed($0) }) else { return "" }
        return start[...last]
    }
}
