import JSONScanning

/// The schema of the JSON that a prompt asks for in its text: a schema, an example, or the names of its members.
struct PromptSchema {
    let schema: JSONTree
    /// Whether the text itself says what is wanted, as a schema, as an example or by names in quotes.
    let isExplicit: Bool

    /// What a label is where nobody says.
    static let label = object([
        ("name", type("string")), ("confidence", type("number")), ("topicality", type("number")),
    ])

    /// What JSON is where the text in the image is wanted.
    static let writtenText = object([("text", type("string"))])

    /// What JSON is where nobody says.
    static let caption = object([("caption", type("string")), ("tags", type("array"))])

    /// - Parameters:
    ///   - raw: The text as it came.
    ///   - prompt: The same, read.
    init?(_ raw: String, _ prompt: PromptText) {
        let objects = EmbeddedObjects(in: raw).objects
        if let schema = objects.map(Self.unwrapped).last(where: Self.isSchema) {
            (self.schema, isExplicit) = (schema, true)
        } else if let example = objects.first(where: { $0.members?.isEmpty == false }) {
            (schema, isExplicit) = (Self.schema(of: example, levels: 16), true)
        } else if let names = MemberWords(prompt).quoted {
            (schema, isExplicit) = (
                Self.object(names.map { ($0.text, .bool(true)) }, optional: names.filter(\.isOptional).map(\.text)),
                true
            )
        } else if let names = MemberWords(prompt).plain, names.count == 1, prompt.asksForList,
            PropertyMeaning(names[0]) == .things
        {
            (schema, isExplicit) = (Self.type("array"), false)
        } else if let names = MemberWords(prompt).plain {
            (schema, isExplicit) = (Self.object(names.map { ($0, .bool(true)) }), false)
        } else {
            return nil
        }
    }

    /// What a field or a prompt holds may be the schema's envelope: `{"name": ..., "schema": {...}}`.
    static func unwrapped(_ tree: JSONTree) -> JSONTree {
        if isSchema(tree) { return tree }
        if let inner = tree["json_schema"]?["schema"] ?? tree["schema"], inner.members != nil { return inner }
        return tree
    }

    private static let types: Set<String> = ["object", "array", "string", "number", "integer", "boolean", "null"]

    static func isSchema(_ tree: JSONTree) -> Bool {
        guard tree.members != nil else { return false }
        if tree["properties"]?.members != nil || tree["$ref"]?.string != nil { return true }
        if ["anyOf", "oneOf", "allOf"].contains(where: { tree[$0]?.elements != nil }) { return true }
        let named = tree["type"].map { $0.elements ?? [$0] } ?? []
        return !named.isEmpty && named.allSatisfy { $0.string.map(types.contains) ?? false }
    }

    /// Whether a schema says nothing of what is in the JSON.
    static func isEmpty(_ schema: JSONTree) -> Bool {
        guard let members = schema.members else { return schema != .bool(false) }
        if schema["type"].map({ $0.string != "object" }) ?? false { return false }
        let silent: Set = [
            "type", "title", "description", "$schema", "$id", "additionalProperties", "unevaluatedProperties",
            "$comment",
        ]
        let isOpen = ["additionalProperties", "unevaluatedProperties"].allSatisfy { schema[$0] != .bool(false) }
        return isOpen
            && members.allSatisfy { silent.contains($0.name) || $0.name == "properties" && $0.value == .object([]) }
    }

    /// What a field holds that takes a schema, where that may be an example: the schema of it. A schema that says nothing
    /// of what is in the JSON is none.
    static func schema(ofExample tree: JSONTree) -> JSONTree {
        let words: Set = [
            "type", "properties", "items", "enum", "const", "required", "additionalProperties", "unevaluatedProperties",
            "patternProperties", "not", "if", "anyOf", "oneOf", "allOf",
        ]
        guard let members = unwrapped(tree).members, !members.isEmpty, !isSchema(unwrapped(tree)),
            !members.contains(where: { words.contains($0.name) && $0.value.string == nil || $0.name.hasPrefix("$") })
        else { return tree }
        return schema(of: tree, levels: 16)
    }

    /// Everything that an example has is wanted.
    private static func schema(of example: JSONTree, levels: Int) -> JSONTree {
        guard levels > 0 else { return .bool(true) }
        switch example {
        case .object(let members):
            return object(members.map { ($0.name, schema(of: $0.value, levels: levels - 1)) })
        case .array(let elements):
            guard let first = elements.first else { return type("array") }
            // Of a thing in a list its name is worth having without the rest.
            let items = schema(of: first, levels: levels - 1).members?.filter { $0.name != "required" }
            return .object([.init("type", .string("array")), .init("items", items.map(JSONTree.object) ?? .bool(true))])
        case .string: return type("string")
        // A number above 1 is none of a probability's.
        case .number: return type((0...1).contains(example.double ?? 2) ? "number" : "integer")
        case .bool: return type("boolean")
        case .null: return .bool(true)
        }
    }

    private static func type(_ name: String) -> JSONTree { .object([.init("type", .string(name))]) }

    private static func object(_ members: [(String, JSONTree)], optional: [String] = []) -> JSONTree {
        .object([
            .init("type", .string("object")),
            .init("properties", .object(members.map { .init($0.0, $0.1) })),
            .init("required", .array(members.map(\.0).filter { !optional.contains($0) }.map(JSONTree.string))),
        ])
    }
}
