/// GPT-2's alphabet: every byte has a visible character, and vocabularies spell tokens with these.
///
/// Bytes 33...126, 161...172 and 174...255 stand for themselves; the 68 others are U+0100, U+0101, ... in order.
enum ByteLevel {
    /// The code point that stands for each byte.
    static let codePoints: [UInt16] = {
        var next: UInt16 = 0x100
        return (0...255).map { byte in
            switch byte {
            case 33...126, 161...172, 174...255: return UInt16(byte)
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte that a code point stands for, by code point; nil where it stands for none.
    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, codePoint) in codePoints.enumerated() { bytes[Int(codePoint)] = UInt8(byte) }
        return bytes
    }()

    /// The UTF-8 of the character that stands for a byte.
    static func spelling(of byte: UInt8) -> [UInt8] {
        let code = codePoints[Int(byte)]
        return code < 0x80 ? [UInt8(code)] : [UInt8(0xC0 | code >> 6), UInt8(0x80 | code & 0x3F)]
    }

    /// Appends the bytes that a token spells; a token with a foreign character stands for its own UTF-8.
    static func appendBytes(spelledBy token: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let mark = output.count
        var rest = token
        while let first = rest.popFirst() {
            var code = Int(first)
            if first >= 0x80 {
                guard first < 0xE0, let second = rest.popFirst() else { break }
                code = (code & 0x1F) << 6 | Int(second & 0x3F)
            }
            guard code < bytes.count, let byte = bytes[code] else { break }
            output.append(byte)
            if rest.isEmpty { return }
        }
        output.removeSubrange(mark...)
        output.append(contentsOf: token)
    }
}
