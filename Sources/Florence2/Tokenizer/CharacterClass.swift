/// What the pre-tokenizer's pattern asks of a character.
package enum CharacterClass: UInt8, Sendable {
    case letter, number, whitespace, other

    /// The Unicode version of the reference's regular expressions; what was assigned later is `other` there.
    private static let unicodeVersion: Unicode.Version = (major: 16, minor: 0)

    package init(_ scalar: Unicode.Scalar) {
        self = scalar.isASCII ? Self.ascii[Int(scalar.value)] : Self.lookUp(scalar)
    }

    private static let ascii: [CharacterClass] = (0..<128).map { lookUp(Unicode.Scalar($0)) }

    private static func lookUp(_ scalar: Unicode.Scalar) -> CharacterClass {
        let properties = scalar.properties
        guard let age = properties.age, age <= unicodeVersion else { return .other }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return properties.isWhitespace ? .whitespace : .other
        }
    }

    /// `\w` of the reference's regular expressions: what may not touch a `single_word` token.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        guard let age = properties.age, age <= unicodeVersion else { return false }
        switch properties.generalCategory {
        case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }
}
