import JSONScanning

extension PlainJSON {
    /// What the scanner makes of a whole text; every value is asked for.
    ///
    /// - Parameter names: of all members that may be in it.
    static func scanned(_ text: [UInt8], names: Set<String>) throws(JSONError) -> PlainJSON {
        try check(text)
        // An object around it, since the scanner hands out members only.
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let whole = Array(#"{"value":"#.utf8) + text.dropFirst(text.starts(with: mark) ? 3 : 0) + Array("}".utf8)
        let value = whole.withUnsafeBytes { bytes in
            (try? JSONValue.members(of: bytes, named: ["value"]))??["value"].map { PlainJSON($0, Array(names)) }
        }
        return value ?? .string(Array("the scanner changed its mind".utf8))
    }

    /// Whether the scanner takes a text.
    static func check(_ text: [UInt8]) throws(JSONError) {
        let result = text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in _ = try JSONValue.members(of: bytes, named: []) }
        }
        try result.get()
    }

    /// Of members with the same name the last one only, in the order of names.
    private init(_ value: JSONValue, _ names: [String]) {
        self =
            switch value.kind {
            case .null: .null
            case .bool: .bool(value.bool ?? false)
            case .number: .number(value.number ?? "too long")
            case .string: .string(value.string.map { Array($0.utf8) })
            case .array: .array((value.elements(upTo: .max) ?? []).map { PlainJSON($0, names) })
            case .object:
                .object(
                    (value.members(named: names) ?? [:])
                        .map { Member(name: Array($0.key.utf8), value: PlainJSON($0.value, names)) }
                        .sorted { ($0.name ?? []).lexicographicallyPrecedes($1.name ?? []) })
            }
    }

    /// All names of members, but those that are no text.
    var names: Set<String> {
        switch self {
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.names) }
        case .object(let members):
            members.reduce(into: []) { names, member in
                if let name = member.name { names.insert(String(decoding: name, as: UTF8.self)) }
                names.formUnion(member.value.names)
            }
        default: []
        }
    }

    /// Of members with the same name the last one only, in the order of names, and without those that have none.
    var settled: PlainJSON {
        switch self {
        case .array(let elements): return .array(elements.map(\.settled))
        case .object(let members):
            var last: [[UInt8]: PlainJSON] = [:]
            for member in members { if let name = member.name { last[name] = member.value.settled } }
            return .object(
                last.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { Member(name: $0.key, value: $0.value) })
        default: return self
        }
    }
}
