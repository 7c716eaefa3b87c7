import VisionAPI

/// The base64 reader's slow twin: one character after the other.
struct PlainBase64 {
    private var bytes: [UInt8] = []
    private var bits: UInt32 = 0
    private var valueCount = 0
    private var missingPadding: Int?

    static func decode(_ text: String) throws(Base64Error) -> [UInt8] {
        var reader = PlainBase64()
        for (index, character) in text.utf8.enumerated() { try reader.read(character, position: index + 1) }
        return try reader.finish()
    }

    private mutating func read(_ character: UInt8, position: Int) throws(Base64Error) {
        if " \t\n\r\u{0B}\u{0C}".utf8.contains(character) { return }
        if character == UInt8(ascii: "=") {
            let missing = missingPadding ?? [0, 0, 2, 1][valueCount]
            guard missing > 0 else { throw .misplacedPadding(position: position) }
            missingPadding = missing - 1
            return
        }
        if missingPadding != nil { throw .misplacedPadding(position: position) }
        guard let value = Self.value(of: character) else { throw .invalidCharacter(position: position) }
        bits = bits << 6 | value
        valueCount += 1
        if valueCount == 4 {
            bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
            (bits, valueCount) = (0, 0)
        }
    }

    private mutating func finish() throws(Base64Error) -> [UInt8] {
        if valueCount == 1 || (missingPadding ?? 0) > 0 { throw .cutShort }
        if valueCount == 2 { bytes.append(UInt8(bits >> 4 & 255)) }
        if valueCount == 3 { bytes += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)] }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
