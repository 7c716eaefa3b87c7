/// A text while rules go over its letters.
enum RuleText: Equatable {
    /// All of its letters are plain ones, which are compared much faster.
    case plain([Unicode.Scalar])
    case any([Character])

    init(_ text: String) {
        self = text.plainLetters.map(RuleText.plain) ?? .any(Array(text))
    }

    var text: String {
        switch self {
        case .plain(let letters):
            var text = ""
            text.unicodeScalars.append(contentsOf: letters)
            return text
        case .any(let letters): return String(letters)
        }
    }
}

/// What a rule compares.
protocol RuleLetter: Equatable {
    var isWhitespace: Bool { get }
    /// A blank, as there is one between words.
    var isBlank: Bool { get }
    /// A mark before which no blank stands.
    var isStop: Bool { get }
    /// What it takes to look at one.
    static var steps: Int { get }
}

extension Character: RuleLetter {
    var isBlank: Bool { self == " " }
    var isStop: Bool { ",.;:!?".contains(self) }
    static var steps: Int { 16 }
}

extension Unicode.Scalar: RuleLetter {
    var isWhitespace: Bool { properties.isWhitespace }
    var isBlank: Bool { self == " " }
    var isStop: Bool { ",.;:!?".unicodeScalars.contains(self) }
    static var steps: Int { 1 }

    /// Whether it is a letter of its own whatever stands beside it, and is written in no other way: Latin, Greek,
    /// Cyrillic, Chinese, Japanese and Korean ones, without marks that join them.
    fileprivate var isPlain: Bool {
        switch value {
        // A line feed joins a carriage return.
        case 0x0D: false
        case 0..<0x300, 0x391...0x3CE, 0x400...0x482, 0x48A...0x52F, 0x2010...0x2027: true
        case 0x3000...0x3029, 0x3041...0x3096, 0x30A1...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFF60: true
        default: false
        }
    }
}

extension String {
    /// Its letters; `nil` where one of them is not plain.
    var plainLetters: [Unicode.Scalar]? {
        var letters: [Unicode.Scalar] = []
        letters.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            guard scalar.isPlain else { return nil }
            letters.append(scalar)
        }
        return letters
    }
}
