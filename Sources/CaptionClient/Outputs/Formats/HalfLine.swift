import Foundation

/// A line of JSON whose writing was cut off. Only such a line is ever removed from a file, so it has to be one surely.
enum HalfLine {
    /// Whether a value begins here that does not end: behind one that ends stands what somebody else wrote.
    static func isOpen(_ bytes: some Sequence<UInt8>) -> Bool {
        var (depth, isInString, isEscaped) = (0, false, false)
        for byte in bytes {
            if isEscaped {
                isEscaped = false
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
                isInString = byte != UInt8(ascii: "\"")
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if "{[".utf8.contains(byte) {
                depth += 1
            } else if "}]".utf8.contains(byte) {
                depth -= 1
                if depth <= 0 { return false }
            }
        }
        return true
    }

    /// Whether the bytes can be the beginning of a line that begins in a certain way.
    static func isOne(_ bytes: Data, beginning: String) -> Bool {
        let start = Data(beginning.utf8)
        return start.starts(with: bytes) || bytes.starts(with: start) && isOpen(bytes)
    }
}
