/// A text as XML may hold it, between tags or in an attribute.
enum XMLText {
    /// A tag that opens an element, or is the whole of an empty one.
    static func tag(_ name: String, _ attributes: [(name: String, value: String)], isEmpty: Bool = false) -> String {
        let words = attributes.map { "\($0.name)=\"\(escaped($0.value))\"" }
        return "<" + ([name] + words).joined(separator: " ") + (isEmpty ? "/>" : ">")
    }

    /// Signs with a meaning become references; what XML 1.0 has no place for becomes U+FFFD.
    static func escaped(_ text: String) -> String {
        // An image in base64 is long and has none of them.
        guard text.utf8.contains(where: isSpecial) else { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte >= 0x7F || [0x22, 0x26, 0x3C, 0x3E].contains(byte)
    }
}
