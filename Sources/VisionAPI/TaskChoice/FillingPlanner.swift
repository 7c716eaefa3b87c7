import Florence2
import JSONScanning

/// Finds for each value that a schema asks for the task that it comes from.
///
/// What the model cannot tell is left out where it may be, null where it may be that, and else refused: nothing is made
/// up.
struct FillingPlanner {
    var reader: SchemaReader
    private let schema: JSONTree
    let tasks: FillingTasks

    /// A value's place: what its name says, and the name that a refusal gives.
    struct Place {
        let name: String
        let meaning: PropertyMeaning
        var references: Set<String>
        var depth: Int
    }

    init(_ schema: JSONTree, tasks: FillingTasks) {
        self.schema = schema
        self.tasks = tasks
        reader = SchemaReader(schema)
    }

    /// - Throws: `TaskChoiceError.unfillable` for the first required value that cannot be had.
    mutating func filling() throws(TaskChoiceError) -> Filling {
        let place = Place(name: "", meaning: .anything, references: [], depth: 0)
        let filling = try fill([schema], place)
        guard filling.isReal else { throw .unfillable(property: firstName(of: filling) ?? Self.wholeName) }
        return filling
    }

    /// What a refusal calls the value that has no name.
    private static let wholeName = "the JSON itself"

    func firstName(of filling: Filling) -> String? {
        if case .object(let members) = filling { members.first?.name } else { nil }
    }

    func refusal(_ place: Place) -> TaskChoiceError {
        .unfillable(property: place.name.isEmpty ? Self.wholeName : place.name)
    }

    mutating func fill(_ schemas: [JSONTree], _ place: Place) throws(TaskChoiceError) -> Filling {
        let node = try reader.node(schemas, references: place.references, depth: place.depth)
        return try fill(node, place)
    }

    mutating func fill(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        if node.isHopeless { throw refusal(place) }
        if !node.choices.isEmpty { return try fillChoice(node, place) }
        let filling: Filling
        do throws(TaskChoiceError) {
            filling = try fillValue(node, place)
        } catch .unfillable where node.namesNull {
            return .constant(.null)
        }
        return node.namesNull ? .nullable(filling) : filling
    }

    mutating func fillValue(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        if let values = node.allowedValues { return try constant(values, node, place) }
        var inside = place
        inside.references = node.references
        inside.depth += 1
        if node.allows("object"), node.isObject { return try object(node, inside) }
        for kind in Self.kinds(of: place.meaning) where node.allows(kind) {
            switch kind {
            case "array": if let list = try list(node, inside) { return list }
            case "string": if let text = text(node, place) { return text }
            default: break
            }
        }
        throw refusal(place)
    }

    /// What a value of this meaning is best given as.
    static func kinds(of meaning: PropertyMeaning) -> [String] {
        switch meaning {
        case .things: ["array", "string"]
        case .caption, .writtenText, .imagePrompt, .anything: ["string", "array"]
        case .probability, .unknown: []
        }
    }
}

extension FillingPlanner {
    /// The only value that there is; which of several is true would be a judgement, and so is a truth value, and whether
    /// there is anything where it may be null.
    func constant(
        _ values: [JSONTree], _ node: SchemaNode, _ place: Place
    ) throws(TaskChoiceError) -> Filling {
        if values.contains(.null), node.allows("null") { return .constant(.null) }
        let isFree = !node.has(
            SchemaNode.foreignInStrings + ["minLength", "maxLength", "minimum", "maximum", "multipleOf"]
                + ["exclusiveMinimum", "exclusiveMaximum"])
        guard values.count == 1, isFree else { throw refusal(place) }
        switch values[0] {
        case .string, .number: return .constant(values[0])
        default: throw refusal(place)
        }
    }

    /// The first branch that something of the image fits, else one that is null or says nothing.
    mutating func fillChoice(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        var node = node
        let choice = node.choices.removeFirst()
        var nodes: [SchemaNode] = []
        for branch in choice.branches {
            nodes.append(
                try reader.node(
                    [branch], with: node, in: choice.owner, references: place.references, depth: place.depth + 1))
        }
        var best: Filling?
        var refusal = refusal(place)
        var isNullable = false
        for (index, branch) in nodes.enumerated() {
            do throws(TaskChoiceError) {
                var inside = place
                inside.depth += 1
                let filling = try fill(branch, inside)
                if choice.isExclusive, !Self.isAlone(index, among: nodes) { continue }
                if case .constant(.null) = filling { isNullable = true }
                if best.map({ !$0.isReal && filling.isReal }) ?? true { best = filling }
            } catch .unfillable(let property) {
                refusal = .unfillable(property: property)
            }
        }
        guard let best else { throw refusal }
        guard isNullable else { return best }
        // That there is something would be a judgement.
        return best.isReal ? .nullable(best) : .constant(.null)
    }

    /// Whether what fits one branch fits no other one.
    static func isAlone(_ index: Int, among nodes: [SchemaNode]) -> Bool {
        let own = nodes[index]
        return nodes.indices.allSatisfy { other in
            other == index || differInType(own, nodes[other]) || differInConstant(own, nodes[other])
        }
    }

    static func differInType(_ one: SchemaNode, _ other: SchemaNode) -> Bool {
        guard one.choices.isEmpty, other.choices.isEmpty, let first = one.types, let second = other.types else {
            return false
        }
        // A whole number is both.
        let numbers: Set = ["integer", "number"]
        let areNumbers = !first.isDisjoint(with: numbers) && !second.isDisjoint(with: numbers)
        return first.isDisjoint(with: second) && !areNumbers
    }

    /// Whether a member that is required says which of the two it is.
    static func differInConstant(_ one: SchemaNode, _ other: SchemaNode) -> Bool {
        guard let types = one.types, types == ["object"] else { return false }
        return one.required.contains { name in
            let (first, second) = (constants(one, name), constants(other, name))
            guard max(first.count, second.count) <= SchemaNode.maxCompared else { return false }
            return !first.isEmpty && !second.isEmpty && !first.contains { second.contains($0) }
        }
    }

    static func constants(_ node: SchemaNode, _ name: String) -> [JSONTree] {
        node.parts.compactMap { $0["properties"]?[name] }.flatMap { schema in
            schema["const"].map { [$0] } ?? schema["enum"]?.elements ?? []
        }
    }
}
