/// Reads JSON front to back without building a tree: a vocabulary of 50,000 entries in milliseconds.
///
/// Nothing here recurses, so nesting can't exhaust the stack; nesting beyond `maxDepth` is an error.
struct JSONReader {
    static let maxDepth = 256

    let file: String
    private let bytes: [UInt8]
    private(set) var offset = 0
    /// No member or element of the innermost open object or array has been read yet.
    private var isAtStart = false

    init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed(file: file, offset: 0, expected: "text in UTF-8")
        }
        self.bytes = bytes
        self.file = file
    }

    func expected(_ what: String) -> TokenizerError {
        .malformed(file: file, offset: offset, expected: what)
    }

    // MARK: Structure

    mutating func beginObject() throws(TokenizerError) {
        try take(UInt8(ascii: "{"), "an object")
        isAtStart = true
    }

    mutating func beginArray() throws(TokenizerError) {
        try take(UInt8(ascii: "["), "an array")
        isAtStart = true
    }

    /// Goes to the next member's value and gives its key, or ends the object.
    mutating func nextKey() throws(TokenizerError) -> String? {
        var key: [UInt8] = []
        return try nextKey(appendingTo: &key) ? String(decoding: key, as: UTF8.self) : nil
    }

    /// Goes to the next member's value, its key's UTF-8 appended to `key`; false ends the object.
    mutating func nextKey(appendingTo key: inout [UInt8]) throws(TokenizerError) -> Bool {
        guard try !ends(with: UInt8(ascii: "}")) else { return false }
        try readString(appendingTo: &key)
        try take(UInt8(ascii: ":"), "a colon")
        return true
    }

    /// Goes to the next element; false ends the array.
    mutating func nextElement() throws(TokenizerError) -> Bool {
        try !ends(with: UInt8(ascii: "]"))
    }

    /// Nothing but white space may follow.
    mutating func end() throws(TokenizerError) {
        if peek() != nil { throw expected("the end of the file") }
    }

    /// Runs `body` at an earlier place and comes back.
    mutating func revisit(_ place: Int, _ body: (inout JSONReader) throws(TokenizerError) -> Void)
        throws(TokenizerError)
    {
        let (here, wasAtStart) = (offset, isAtStart)
        offset = place
        try body(&self)
        (offset, isAtStart) = (here, wasAtStart)
    }

    private mutating func ends(with closer: UInt8) throws(TokenizerError) -> Bool {
        let wasAtStart = isAtStart
        isAtStart = false
        switch peek() {
        case closer:
            offset += 1
            return true
        case UInt8(ascii: ",") where !wasAtStart:
            offset += 1
            return false
        case .some where wasAtStart: return false
        default: throw expected("a comma or the closing bracket")
        }
    }

    // MARK: Values

    /// The first byte of the next value, white space skipped.
    mutating func peek() -> UInt8? {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case let byte: return byte
            }
        }
        return nil
    }

    mutating func readNull() -> Bool {
        guard peek() == UInt8(ascii: "n"), bytes[offset...].starts(with: "null".utf8) else { return false }
        offset += 4
        return true
    }

    mutating func readBool() throws(TokenizerError) -> Bool {
        _ = peek()
        for (word, value) in [("true", true), ("false", false)] where bytes[offset...].starts(with: word.utf8) {
            offset += word.utf8.count
            return value
        }
        throw expected("true or false")
    }

    mutating func readInteger() throws(TokenizerError) -> Int {
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let start = offset
        var value = 0
        while offset < bytes.count, case let digit = Int(bytes[offset]) - 0x30, 0...9 ~= digit {
            let (tens, overflow1) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = tens.addingReportingOverflow(digit)
            if overflow1 || overflow2 { throw expected("a smaller number") }
            value = sum
            offset += 1
        }
        guard offset > start, offset == bytes.count || ![0x2E, 0x45, 0x65].contains(bytes[offset]) else {
            throw expected("an integer")
        }
        return isNegative ? -value : value
    }

    mutating func readString() throws(TokenizerError) -> String {
        var utf8: [UInt8] = []
        try readString(appendingTo: &utf8)
        return String(decoding: utf8, as: UTF8.self)
    }

    /// Appends the UTF-8 of a string, escapes resolved.
    mutating func readString(appendingTo output: inout [UInt8]) throws(TokenizerError) {
        try take(UInt8(ascii: "\""), "a string")
        var plainStart = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                output += bytes[plainStart..<offset]
                offset += 1
                return
            case UInt8(ascii: "\\"):
                output += bytes[plainStart..<offset]
                offset += 1
                try readEscape(appendingTo: &output)
                plainStart = offset
            case 0..<0x20: throw expected("no control character in a string")
            default: offset += 1
            }
        }
        throw expected("the end of a string")
    }

    /// Passes over a value of any kind.
    mutating func skipValue() throws(TokenizerError) {
        var closers: [UInt8] = []
        repeat {
            guard let byte = peek() else { throw expected("a value") }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                closers.append(byte + 2)
                guard closers.count <= Self.maxDepth else {
                    throw expected("fewer than \(Self.maxDepth) nested brackets")
                }
                offset += 1
            case UInt8(ascii: "\""): try skipString()
            case closers.last:
                closers.removeLast()
                offset += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if closers.isEmpty { throw expected("a value") }
                offset += 1
            default: try skipWord()
            }
        } while !closers.isEmpty
    }

    // MARK: Parts

    private mutating func take(_ byte: UInt8, _ what: String) throws(TokenizerError) {
        guard peek() == byte else { throw expected(what) }
        offset += 1
    }

    private mutating func skipString() throws(TokenizerError) {
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard offset < bytes.count else { throw expected("the end of a string") }
        offset += 1
    }

    private mutating func skipWord() throws(TokenizerError) {
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: offset += 1
            default:
                if offset == start { throw expected("a value") }
                return
            }
        }
    }

    private mutating func readEscape(appendingTo output: inout [UInt8]) throws(TokenizerError) {
        guard offset < bytes.count else { throw expected("an escape") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): output.append(contentsOf: UTF8.encode(try readEscapedScalar()) ?? .init())
        default: throw expected("an escape")
        }
    }

    private mutating func readEscapedScalar() throws(TokenizerError) -> Unicode.Scalar {
        var code = try readHexadecimal()
        if 0xD800..<0xDC00 ~= code, bytes[offset...].starts(with: [0x5C, 0x75]) {
            offset += 2
            let low = try readHexadecimal()
            guard 0xDC00..<0xE000 ~= low else { throw expected("the second half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw expected("both halves of a surrogate pair") }
        return scalar
    }

    private mutating func readHexadecimal() throws(TokenizerError) -> UInt32 {
        guard offset + 4 <= bytes.count,
            bytes[offset..<offset + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
        else { throw expected("four hexadecimal digits") }
        offset += 4
        return code
    }
}
