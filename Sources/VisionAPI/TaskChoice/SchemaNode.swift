import JSONScanning

/// What a value has to obey: objects of a schema that all hold, and choices of which one holds each.
///
/// Built by `SchemaReader`, which has followed `$ref` and `allOf`.
struct SchemaNode {
    /// Schemas that all hold.
    private(set) var parts: [JSONTree] = []
    /// For each part the one that it stands in, by `allOf`, a reference or a choice; `nil` for an outermost one.
    private var owners: [Int?] = []
    /// Of each list one holds (`anyOf`), or exactly one (`oneOf`).
    var choices: [Choice] = []
    /// The references that lead here.
    var references: Set<String> = []
    /// Whether no value can be promised: something holds that is not understood, or nothing can.
    var isHopeless = false

    struct Choice {
        let branches: [JSONTree]
        let isExclusive: Bool
        /// The part that has the choice.
        let owner: Int
    }

    /// Adds a schema that holds, too.
    ///
    /// - Returns: Its place among the parts.
    mutating func add(_ part: JSONTree, in owner: Int?) -> Int {
        parts.append(part)
        owners.append(owner)
        return parts.count - 1
    }

    /// What each of the parts says in a keyword.
    func all(_ keyword: String) -> [JSONTree] { parts.compactMap { $0[keyword] } }

    func has(_ keywords: [String]) -> Bool { parts.contains { part in keywords.contains { part[$0] != nil } } }

    /// The types that a value may have; `nil`: any.
    var types: Set<String>? {
        all("type").reduce(nil) { types, keyword in
            let named = Set((keyword.elements ?? [keyword]).compactMap(\.string))
            return types.map { $0.intersection(named) } ?? named
        }
    }

    func allows(_ type: String) -> Bool { types?.contains(type) ?? true }

    /// Whether null is a value that is spoken of, and not just any.
    var namesNull: Bool {
        guard types?.contains("null") ?? false, !isHopeless, !has(Self.foreignKeywords) else { return false }
        return allowedValues?.contains(.null) ?? true
    }

    /// The values that `const` and `enum` leave; `nil`: any.
    var allowedValues: [JSONTree]? {
        let lists = all("enum").map { $0.elements ?? [] } + all("const").map { [$0] }
        guard let first = lists.first else { return nil }
        // Of long lists nobody knows in no time what they have in common.
        guard lists.count == 1 || lists.allSatisfy({ $0.count <= Self.maxCompared }) else { return [] }
        return first.filter { value in
            lists.dropFirst().allSatisfy { $0.contains(value) } && (allows(value.typeName) || isWholeNumber(value))
        }
    }

    private func isWholeNumber(_ value: JSONTree) -> Bool {
        guard case .number(let text) = value else { return false }
        return allows("integer") && Int(text) != nil
    }

    /// Names of members, in the order in which they are declared, and those that are only required.
    var memberNames: [String] {
        var seen: Set<String> = []
        let declared = all("properties").flatMap { $0.members ?? [] }.map(\.name)
        return (declared + required).filter { seen.insert($0).inserted }
    }

    var required: [String] { all("required").flatMap { $0.elements ?? [] }.compactMap(\.string) }

    /// Whether members are spoken of.
    var isObject: Bool { !memberNames.isEmpty }

    /// The schemas that a member has to obey; `nil` where it must not be there.
    func member(_ name: String) -> [JSONTree]? {
        var schemas: [JSONTree] = []
        for (index, part) in parts.enumerated() {
            if let schema = part["properties"]?[name] {
                schemas.append(schema)
            } else if let others = part["additionalProperties"] {
                if others == .bool(false) { return nil }
                schemas.append(others)
            }
            if let others = part["unevaluatedProperties"], !isEvaluated(name, by: index) {
                if others == .bool(false) { return nil }
                schemas.append(others)
            }
        }
        return schemas
    }

    /// Whether a part, or one that stands in it, says something of a member.
    private func isEvaluated(_ name: String, by part: Int) -> Bool {
        parts.indices.contains { index in
            let schema = parts[index]
            return (schema["properties"]?[name] ?? schema["additionalProperties"]) != nil && stands(index, in: part)
        }
    }

    private func stands(_ part: Int, in other: Int) -> Bool {
        // An owner stands before what it has.
        var place: Int? = part
        while let here = place, here > other { place = owners[here] }
        return place == other
    }

    /// The schemas that elements have to obey; `nil` where each place has its own.
    var elements: [JSONTree]? {
        let items = all("items")
        return items.contains { $0.elements != nil } ? nil : items
    }

    /// How long a string may be, or how many elements a list may have.
    func range(_ min: String, _ max: String) -> Filling.CountRange {
        Filling.CountRange(
            min: all(min).compactMap(Self.count).max() ?? 0, max: all(max).compactMap(Self.count).min() ?? .max)
    }

    private static func count(_ value: JSONTree) -> Int? {
        value.double.map { $0 >= 1e15 ? .max : Int(Swift.max(0, $0)) }
    }

    /// Whether every number from 0 to 1 is one.
    var holdsProbabilities: Bool {
        !all("minimum").contains { ($0.double ?? 1) > 0 } && !all("maximum").contains { ($0.double ?? 0) < 1 }
            && !all("exclusiveMinimum").contains { Self.excludes($0) { $0 >= 0 } }
            && !all("exclusiveMaximum").contains { Self.excludes($0) { $0 <= 1 } } && !has(["multipleOf"])
    }

    /// Of old drafts, too, where the word is a flag.
    private static func excludes(_ bound: JSONTree, _ isInside: (Double) -> Bool) -> Bool {
        bound.bool ?? bound.double.map(isInside) ?? true
    }

    static let maxCompared = 256

    /// Conditions that are not understood, whatever the value.
    static let foreignKeywords = ["not", "if", "$dynamicRef", "$recursiveRef"]
    static let foreignInStrings = ["pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"]
    static let foreignInObjects = [
        "patternProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "minProperties",
        "maxProperties",
    ]
    static let foreignInLists = ["contains", "minContains", "maxContains", "prefixItems", "unevaluatedItems"]
}

extension JSONTree {
    /// What `type` calls it.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
