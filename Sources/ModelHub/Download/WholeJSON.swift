/// A cheap look at JSON of which all may be there or only the beginning.
enum WholeJSON {
    /// Whether the object or list that the text begins with ends, and nothing follows: what was cut off does not, nor
    /// what has zeros instead of its end, as a power cut leaves them. Whether it is valid in between is not asked.
    static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        var isInString = false
        var isEscaped = false
        var hasEnded = false
        for byte in bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0) {
            if byte < 0x20 {
                guard !isInString, [0x09, 0x0A, 0x0D].contains(byte) else { return false }
            } else if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte != UInt8(ascii: " ") {
                guard !hasEnded else { return false }
                switch byte {
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "\""): isInString = true
                default: break
                }
                guard depth > 0 || depth == 0 && (byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")) else {
                    return false
                }
                hasEnded = depth == 0
            }
        }
        return hasEnded
    }
}
