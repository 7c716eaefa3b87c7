/// White space as Python's `str.strip` and `\s` have it, so that answers end where the reference's do.
enum Whitespace {
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A: true
        case 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    static func stripped(_ text: some BidirectionalCollection<Unicode.Scalar>) -> String {
        var result = String.UnicodeScalarView()
        if let last = text.lastIndex(where: { !contains($0) }) {
            result.append(contentsOf: text[...last].drop(while: contains))
        }
        return String(result)
    }

    static func stripped(_ text: String) -> String { stripped(text.unicodeScalars) }
}
