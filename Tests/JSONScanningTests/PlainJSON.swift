/// A value of JSON, built as a whole.
indirect enum PlainJSON: Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    /// `nil`: half of a surrogate pair is in it.
    case string([UInt8]?)
    case array([PlainJSON])
    /// Members in the order of the text.
    case object([Member])

    struct Member: Equatable {
        let name: [UInt8]?
        let value: PlainJSON
    }
}

/// The slow twin of the scanner: recursive descent through the grammar of RFC 8259, a line a rule.
struct PlainReader {
    struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>
    private let maxDepth: Int

    static func read(_ text: [UInt8], maxDepth: Int = 513) throws -> PlainJSON {
        guard let valid = String(validating: text, as: UTF8.self) else { throw Malformed() }
        var reader = PlainReader(rest: Array(valid.utf8)[...], maxDepth: maxDepth)
        if reader.rest.starts(with: [0xEF, 0xBB, 0xBF]) { reader.rest.removeFirst(3) }
        reader.space()
        let value = try reader.value(depth: 0)
        reader.space()
        guard reader.rest.isEmpty else { throw Malformed() }
        return value
    }

    private mutating func space() {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    private mutating func take(_ word: String) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest.removeFirst(word.utf8.count)
        return true
    }

    private mutating func require(_ word: String) throws {
        guard take(word) else { throw Malformed() }
    }

    private mutating func value(depth: Int) throws -> PlainJSON {
        if take("null") { return .null }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        switch rest.first {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        default: return .number(try number())
        }
    }

    private mutating func array(depth: Int) throws -> [PlainJSON] {
        guard depth <= maxDepth else { throw Malformed() }
        try require("[")
        space()
        if take("]") { return [] }
        var elements: [PlainJSON] = []
        repeat {
            space()
            elements.append(try value(depth: depth))
            space()
        } while take(",")
        try require("]")
        return elements
    }

    private mutating func object(depth: Int) throws -> [PlainJSON.Member] {
        guard depth <= maxDepth else { throw Malformed() }
        try require("{")
        space()
        if take("}") { return [] }
        var members: [PlainJSON.Member] = []
        repeat {
            space()
            let name = try string()
            space()
            try require(":")
            space()
            members.append(.init(name: name, value: try value(depth: depth)))
            space()
        } while take(",")
        try require("}")
        return members
    }

    private mutating func number() throws -> String {
        let start = rest
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try digits()
        }
        return String(decoding: start[..<rest.startIndex], as: UTF8.self)
    }

    private mutating func digits() throws {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { throw Malformed() }
        rest.removeFirst(digits.count)
    }

    private mutating func string() throws -> [UInt8]? {
        try require("\"")
        var units: [UInt16] = []
        while !take("\"") {
            guard let byte = rest.first, byte >= 0x20 else { throw Malformed() }
            if take("\\") {
                units.append(try escape())
            } else {
                let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                units += String(decoding: rest.prefix(length), as: UTF8.self).utf16
                rest.removeFirst(length)
            }
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }

    private mutating func escape() throws -> UInt16 {
        let meanings: [(String, UInt16)] = [
            ("\"", 0x22), ("\\", 0x5C), ("/", 0x2F), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
        ]
        for (letter, unit) in meanings where take(letter) { return unit }
        try require("u")
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(.init($0)).isHexDigit && $0 < 0x80 }) else {
            throw Malformed()
        }
        rest.removeFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
    }
}
