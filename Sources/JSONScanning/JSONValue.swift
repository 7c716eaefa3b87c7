/// One value of a JSON text that has been checked: where it stands, unread.
///
/// Nothing is built before it is asked for, and a value that nobody asks for costs a look at its bytes. A value must not
/// outlive the text.
public struct JSONValue {
    public enum Kind: Sendable {
        case null, bool, number, string, array, object
    }

    /// The value's text, without the space around it.
    public let text: UnsafeRawBufferPointer

    private init(text: UnsafeRawBufferPointer) {
        self.text = text
    }

    public var kind: Kind {
        switch text.first {
        case Byte.quote: .string
        case Byte.openBracket: .array
        case Byte.openBrace: .object
        case Byte.letterT, Byte.letterF: .bool
        case Byte.letterN: .null
        default: .number
        }
    }

    /// Checks the whole of a text that holds one object, and picks the members of these names out of it.
    ///
    /// - Parameter text: UTF-8; a byte order mark before it is passed over.
    /// - Parameter others: Gets what stands between the quotes of each other member's name, escapes and all.
    /// - Returns: What was found; of members with the same name the last counts. `nil` if the value is no object.
    public static func members(
        of text: UnsafeRawBufferPointer, named names: [String],
        others: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws(JSONError) -> [String: JSONValue]? {
        var scanner = JSONScanner(text)
        scanner.skipMark()
        scanner.skipSpace()
        guard scanner.next == Byte.openBrace else {
            try scanner.skipValue()
            try scanner.finish()
            return nil
        }
        var wanted = MemberNames(names)
        var found = [Range<Int>?](repeating: nil, count: names.count)
        try scanner.eachMember { name, value in
            let name = UnsafeRawBufferPointer(rebasing: text[name])
            if let index = wanted.index(of: name) { found[index] = value } else { others(name) }
        }
        try scanner.finish()
        return zip(names, found).reduce(into: [:]) { members, pair in
            members[pair.0] = pair.1.map { JSONValue(text: UnsafeRawBufferPointer(rebasing: text[$0])) }
        }
    }

    /// The one value that a text holds, all of it checked.
    public init(whole text: UnsafeRawBufferPointer) throws(JSONError) {
        var scanner = JSONScanner(text)
        scanner.skipMark()
        scanner.skipSpace()
        let start = scanner.position
        try scanner.skipValue()
        let end = scanner.position
        try scanner.finish()
        self.init(text: UnsafeRawBufferPointer(rebasing: text[start..<end]))
    }

    /// The value that a text begins with, whatever follows it; `nil` if it begins with none.
    public init?(startOf text: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(text)
        guard (try? scanner.skipValue()) != nil else { return nil }
        self.init(text: UnsafeRawBufferPointer(rebasing: text[..<scanner.position]))
    }

    /// The members of these names; `nil` if the value is no object.
    public func members(named names: [String]) -> [String: JSONValue]? {
        // The grammar has been checked, so nothing can be wrong.
        (try? Self.members(of: text, named: names)) ?? nil
    }

    /// All members, their names as strings, in the order in which they stand; none if the value is no object.
    public var allMembers: [(name: JSONValue, value: JSONValue)] {
        guard kind == .object else { return [] }
        var scanner = JSONScanner(text)
        var members: [(name: JSONValue, value: JSONValue)] = []
        try? scanner.eachMember { name, value in
            // With its quotes.
            let name = UnsafeRawBufferPointer(rebasing: text[name.lowerBound - 1..<name.upperBound + 1])
            members.append((JSONValue(text: name), JSONValue(text: UnsafeRawBufferPointer(rebasing: text[value]))))
        }
        return members
    }

    /// The first elements, as many as there are up to a limit; `nil` if the value is no array.
    public func elements(upTo limit: Int) -> [JSONValue]? {
        guard kind == .array else { return nil }
        var scanner = JSONScanner(text)
        var elements: [JSONValue] = []
        try? scanner.eachElement(upTo: limit) { range in
            elements.append(JSONValue(text: UnsafeRawBufferPointer(rebasing: text[range])))
        }
        return elements
    }

    /// Numbers from 0 to 255, as a list or as an object whose names count them from 0; `nil` for any other value.
    public var bytes: [UInt8]? {
        var bytes: [UInt8] = []
        var isWrong = kind != .array && kind != .object
        var scanner = JSONScanner(text)
        func add(_ range: Range<Int>) {
            guard let byte = UInt8(String(decoding: text[range], as: UTF8.self)) else { return isWrong = true }
            if !isWrong { bytes.append(byte) }
        }
        if kind == .array { try? scanner.eachElement(upTo: .max, add) }
        if kind == .object {
            try? scanner.eachMember { name, value in
                isWrong = isWrong || !text[name].elementsEqual("\(bytes.count)".utf8)
                add(value)
            }
        }
        return isWrong ? nil : bytes
    }

    public var bool: Bool? { kind == .bool ? text.first == Byte.letterT : nil }

    /// What stands between a string's quotes, escapes and all; `nil` if the value is no string.
    public var rawString: UnsafeRawBufferPointer? {
        kind == .string && text.count >= 2 ? UnsafeRawBufferPointer(rebasing: text[1..<text.count - 1]) : nil
    }

    /// `nil` if the value is no string, or one with half of a surrogate pair, which is no character.
    public var string: String? {
        guard var bytes = rawString.map(Array.init) else { return nil }
        guard let count = bytes.withUnsafeMutableBytes(JSONEscapes.resolve(in:)) else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// A number as it is written; `nil` if the value is none, or of more digits than a number that means anything.
    public var number: String? {
        kind == .number && text.count <= 1024 ? String(decoding: text, as: UTF8.self) : nil
    }
}

/// The names that somebody looks for among an object's members.
struct MemberNames {
    private let names: [[UInt8]]
    /// Room for a name whose escapes are resolved.
    private var scratch: [UInt8]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        // A character takes six bytes at the most for each that it is.
        scratch = [UInt8](repeating: 0, count: 6 * (self.names.map(\.count).max() ?? 0))
    }

    /// Which of the names this is.
    ///
    /// - Parameter raw: what stands between a name's quotes, escapes and all.
    mutating func index(of raw: UnsafeRawBufferPointer) -> Int? {
        if let index = names.firstIndex(where: { $0.count == raw.count && $0.elementsEqual(raw) }) { return index }
        guard raw.count <= scratch.count, raw.contains(Byte.backslash) else { return nil }
        let count = scratch.withUnsafeMutableBytes { room in
            let copy = UnsafeMutableRawBufferPointer(rebasing: room[..<raw.count])
            copy.copyMemory(from: raw)
            return JSONEscapes.resolve(in: copy)
        }
        guard let count else { return nil }
        return names.firstIndex { $0.elementsEqual(scratch[..<count]) }
    }
}
