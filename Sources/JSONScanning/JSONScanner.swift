/// Walks through JSON text (RFC 8259) and checks every byte of it, without building anything and without recursion.
///
/// It reads at the speed of the bytes: what a text costs depends on its length, not on what is in it.
struct JSONScanner {
    /// Levels of arrays and objects; as many as Foundation reads.
    static let maxDepth = 512

    let base: UnsafePointer<UInt8>
    let end: Int
    /// The byte that is next; never beyond the end.
    var position = 0
    /// For each open level, whether it is an object.
    private var levels = [Bool](repeating: false, count: maxDepth)

    /// - Parameter text: must stay where it is for as long as the scanner is used.
    init(_ text: UnsafeRawBufferPointer) {
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        // Of an empty text no byte is ever read, so any address does.
        base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        end = bytes.count
    }

    /// The byte that is next; zero, which is no part of JSON's grammar, at the end.
    var next: UInt8 { position < end ? base[position] : 0 }

    /// What is wrong here.
    var failure: JSONError { position < end ? .unexpectedByte(position: position &+ 1) : .unexpectedEnd }

    mutating func skipSpace() {
        while position < end {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    /// Goes past a byte if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte, position < end else { return false }
        position &+= 1
        return true
    }

    mutating func require(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw failure }
    }

    /// Goes past a value of any kind and depth, which begins here.
    mutating func skipValue() throws(JSONError) {
        var depth = 0
        repeat {
            try skipStart(&depth)
            try skipEnds(&depth)
        } while depth > 0
    }

    /// Goes past an object, which begins here, and tells where the names, without their quotes, and the values stand.
    mutating func eachMember(_ body: (_ name: Range<Int>, _ value: Range<Int>) -> Void) throws(JSONError) {
        try require(Byte.openBrace)
        skipSpace()
        if take(Byte.closeBrace) { return }
        repeat {
            skipSpace()
            let name = position
            try skipString()
            let nameEnd = position
            skipSpace()
            try require(Byte.colon)
            skipSpace()
            let value = position
            try skipValue()
            body(name &+ 1..<nameEnd &- 1, value..<position)
            skipSpace()
        } while take(Byte.comma)
        try require(Byte.closeBrace)
    }

    /// Goes past an array, or its first elements, and tells where they stand.
    mutating func eachElement(upTo limit: Int, _ body: (Range<Int>) -> Void) throws(JSONError) {
        try require(Byte.openBracket)
        skipSpace()
        if take(Byte.closeBracket) { return }
        for _ in 0..<limit {
            skipSpace()
            let start = position
            try skipValue()
            body(start..<position)
            skipSpace()
            guard take(Byte.comma) else { return try require(Byte.closeBracket) }
        }
    }

    /// A byte order mark means nothing in UTF-8.
    mutating func skipMark() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if end >= mark.count, (0..<mark.count).allSatisfy({ base[$0] == mark[$0] }) { position = mark.count }
    }

    /// Only space may follow.
    mutating func finish() throws(JSONError) {
        skipSpace()
        guard position == end else { throw failure }
    }

    /// Goes past a value's start: all of it, or the bracket that opens it and, in an object, its first name.
    private mutating func skipStart(_ depth: inout Int) throws(JSONError) {
        while true {
            switch next {
            case Byte.quote: return try skipString()
            case Byte.minus, Byte.zero...Byte.nine: return try skipNumber()
            case Byte.openBracket:
                try open(&depth, isObject: false)
                // Left open: `skipEnds` closes what is empty, too.
                if next == Byte.closeBracket { return }
            case Byte.openBrace:
                try open(&depth, isObject: true)
                if next == Byte.closeBrace { return }
                try skipName()
            default: return try skipWord()
            }
        }
    }

    /// Goes past the brackets that close here, and past the comma, and in an object the name, before the next value.
    private mutating func skipEnds(_ depth: inout Int) throws(JSONError) {
        while depth > 0 {
            skipSpace()
            let isObject = levels[depth &- 1]
            if take(Byte.comma) {
                skipSpace()
                if isObject { try skipName() }
                return
            }
            try require(isObject ? Byte.closeBrace : Byte.closeBracket)
            depth &-= 1
        }
    }

    private mutating func open(_ depth: inout Int, isObject: Bool) throws(JSONError) {
        guard depth < Self.maxDepth else { throw .tooDeep(limit: Self.maxDepth) }
        levels[depth] = isObject
        depth &+= 1
        position &+= 1
        skipSpace()
    }

    /// Goes past a member's name and the colon, to its value.
    private mutating func skipName() throws(JSONError) {
        try skipString()
        skipSpace()
        try require(Byte.colon)
        skipSpace()
    }

    private mutating func skipNumber() throws(JSONError) {
        _ = take(Byte.minus)
        if !take(Byte.zero) { try skipDigits() }
        if take(Byte.point) { try skipDigits() }
        if next | 0x20 == Byte.letterE {
            position &+= 1
            if next == Byte.plus || next == Byte.minus { position &+= 1 }
            try skipDigits()
        }
    }

    /// Goes past digits, at least one.
    private mutating func skipDigits() throws(JSONError) {
        guard Byte.zero...Byte.nine ~= next else { throw failure }
        repeat { position &+= 1 } while Byte.zero...Byte.nine ~= next
    }

    /// Goes past `true`, `false` or `null`.
    private mutating func skipWord() throws(JSONError) {
        switch next {
        case Byte.letterT: try skip("true")
        case Byte.letterF: try skip("false")
        case Byte.letterN: try skip("null")
        default: throw failure
        }
    }

    private mutating func skip(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount { try require(word.utf8Start[index]) }
    }
}

/// The bytes that JSON is made of.
enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let point = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let letterE = UInt8(ascii: "e")
    static let letterT = UInt8(ascii: "t")
    static let letterF = UInt8(ascii: "f")
    static let letterN = UInt8(ascii: "n")
}
