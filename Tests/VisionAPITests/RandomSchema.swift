import JSONScanning
import SeededRandom

/// Schemas as nobody writes them, the same for the same seed: every word that is understood, and some that are not.
struct RandomSchema {
    private var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    private static let names = [
        "caption", "description", "title", "tags", "labels", "keywords", "text", "ocr", "confidence", "score", "nsfw",
        "data", "alt_text", "mood", "name", "topicality", "detailedCaption", "label", "nsfw_confidence", "Scene",
    ]

    /// A schema whose definitions refer to each other, and to the whole.
    mutating func next() -> JSONTree {
        let definitions = (0..<4).map { JSONTree.Member("d\($0)", schema(2)) }
        let object = chance(3) ? schema(3) : self.object(3)
        guard let members = object.members else { return object }
        return .object(members + [.init("$defs", .object(definitions))])
    }

    private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    private mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }
    private mutating func name() -> String { Self.names[below(Self.names.count)] }

    private mutating func schema(_ depth: Int) -> JSONTree {
        var members: [JSONTree.Member]
        switch below(depth > 0 ? 16 : 8) {
        case 0: return chance(4) ? .bool(false) : .bool(true)
        case 1: members = [.init("type", .string("boolean"))]
        case 2: members = number()
        case 3: members = fixed()
        case 4: members = [.init("$ref", .string(["#/$defs/d\(below(5))", "#", "other.json"][min(2, below(8) / 3)]))]
        case 5...7: members = string()
        case 8, 9: members = choice(depth)
        case 10...12: members = list(depth)
        default: return object(depth)
        }
        if chance(6) { members = nullable(members) }
        if chance(12) { members += [foreign()] }
        return .object(members)
    }

    private mutating func object(_ depth: Int) -> JSONTree {
        let names = Set((0..<1 + below(4)).map { _ in name() }).sorted()
        var members: [JSONTree.Member] = [
            .init("properties", .object(names.map { .init($0, schema(depth - 1)) })),
            .init("required", .array(names.filter { _ in !chance(3) }.map(JSONTree.string))),
        ]
        if !chance(4) { members.append(.init("type", .string("object"))) }
        if chance(2) { members.append(.init("additionalProperties", chance(3) ? schema(0) : .bool(false))) }
        if chance(20) { members.append(.init("minProperties", .number("\(below(4))"))) }
        if chance(20) { members.append(.init("patternProperties", .object([.init("^c", .bool(false))]))) }
        if chance(20) { members.append(.init("required", .array([.string("title")]))) }
        return .object(members)
    }

    private mutating func list(_ depth: Int) -> [JSONTree.Member] {
        var members: [JSONTree.Member] = [.init("type", .string("array"))]
        if !chance(4) { members.append(.init("items", schema(depth - 1))) }
        if chance(4) { members.append(.init("minItems", .number("\(below(4))"))) }
        if chance(4) { members.append(.init("maxItems", .number("\(below(4))"))) }
        if chance(4) { members.append(.init("uniqueItems", .bool(true))) }
        if chance(20) { members.append(.init("contains", .object(number()))) }
        return members
    }

    private mutating func string() -> [JSONTree.Member] {
        var members: [JSONTree.Member] = [.init("type", .string("string"))]
        if chance(4) { members.append(.init("minLength", .number("\(below(12))"))) }
        if chance(4) { members.append(.init("maxLength", .number("\(below(12))"))) }
        if chance(10) { members.append(.init(chance(2) ? "pattern" : "format", .string("^z$"))) }
        return members
    }

    private mutating func number() -> [JSONTree.Member] {
        var members: [JSONTree.Member] = [.init("type", .string(chance(4) ? "integer" : "number"))]
        if chance(3) { members.append(.init("minimum", .number(["0", "0.0", "-1", "0.5"][below(4)]))) }
        if chance(3) { members.append(.init("maximum", .number(["1", "1.0", "100", "0.9"][below(4)]))) }
        if chance(9) { members.append(.init("exclusiveMinimum", .number(["-0.1", "0"][below(2)]))) }
        if chance(9) { members.append(.init("exclusiveMaximum", .number(["1", "1.5"][below(2)]))) }
        if chance(9) { members.append(.init("multipleOf", .number("0.5"))) }
        return members
    }

    private mutating func fixed() -> [JSONTree.Member] {
        let values: [JSONTree] = [
            .string("cat"), .string("image"), .number("1"), .number("0.5"), .bool(true), .null, .string("dog"),
        ]
        let some = (0..<1 + below(3)).map { _ in values[below(values.count)] }
        var members: [JSONTree.Member] = chance(2) ? [.init("const", some[0])] : [.init("enum", .array(some))]
        if chance(2) { members += string() }
        return members
    }

    private mutating func choice(_ depth: Int) -> [JSONTree.Member] {
        let branches = (0..<1 + below(3)).map { _ in schema(depth - 1) }
        let null = chance(3) ? [JSONTree.object([.init("type", .string("null"))])] : []
        return [.init(["anyOf", "oneOf", "allOf"][below(3)], .array(branches + null))]
    }

    private mutating func nullable(_ members: [JSONTree.Member]) -> [JSONTree.Member] {
        members.map { member in
            guard member.name == "type", let type = member.value.string else { return member }
            return .init("type", .array([.string(type), .string("null")]))
        }
    }

    private mutating func foreign() -> JSONTree.Member {
        switch below(4) {
        case 0: .init("not", .object([.init("type", .string("string"))]))
        case 1: .init("if", .bool(true))
        case 2: .init("description", .string("What it shows"))
        default: .init("default", .null)
        }
    }
}
