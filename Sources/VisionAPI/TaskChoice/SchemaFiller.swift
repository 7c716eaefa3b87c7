import Florence2
import JSONScanning

/// Finds for each value that a schema asks for the task that it comes from.
///
/// What the model cannot tell is left out where it may be, null where it may be that, and else refused: nothing is made
/// up.
struct SchemaFiller {
    private var reader: SchemaReader
    private let schema: JSONTree
    private let tasks: FillingTasks

    /// A value's place: what its name says, and the name that a refusal gives.
    private struct Place {
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

    private func firstName(of filling: Filling) -> String? {
        if case .object(let members) = filling { members.first?.name } else { nil }
    }

    private func refusal(_ place: Place) -> TaskChoiceError {
        .unfillable(property: place.name.isEmpty ? Self.wholeName : place.name)
    }

    private mutating func fill(_ schemas: [JSONTree], _ place: Place) throws(TaskChoiceError) -> Filling {
        let node = try reader.node(schemas, references: place.references, depth: place.depth)
        return try fill(node, place)
    }

    private mutating func fill(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
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

    private mutating func fillValue(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
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
    private static func kinds(of meaning: PropertyMeaning) -> [String] {
        switch meaning {
        case .things: ["array", "string"]
        case .caption, .writtenText, .imagePrompt, .anything: ["string", "array"]
        case .probability, .unknown: []
        }
    }
}

extension SchemaFiller {
    /// The only value that there is; which of several is true would be a judgement, and so is a truth value.
    private func constant(
        _ values: [JSONTree], _ node: SchemaNode, _ place: Place
    ) throws(TaskChoiceError) -> Filling {
        let known = values.filter { $0 != .null }
        let isFree = !node.has(
            SchemaNode.foreignInStrings + ["minLength", "maxLength", "minimum", "maximum", "multipleOf"]
                + ["exclusiveMinimum", "exclusiveMaximum"])
        guard known.count == 1, isFree else { throw refusal(place) }
        switch known[0] {
        case .string, .number: return .constant(known[0])
        default: throw refusal(place)
        }
    }

    /// The first branch that something of the image fits, else one that is null or says nothing.
    private mutating func fillChoice(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        var node = node
        let choice = node.choices.removeFirst()
        var nodes: [SchemaNode] = []
        for branch in choice.branches {
            nodes.append(try reader.node([branch], with: node, references: place.references, depth: place.depth + 1))
        }
        var best: Filling?
        var refusal = refusal(place)
        var isNullable = false
        for (index, branch) in nodes.enumerated() {
            do throws(TaskChoiceError) {
                var inside = place
                inside.depth += 1
                let filling = try fill(branch, inside)
                if case .constant(.null) = filling { isNullable = true }
                if choice.isExclusive, !Self.isAlone(index, among: nodes) { continue }
                if best.map({ !$0.isReal && filling.isReal }) ?? true { best = filling }
            } catch .unfillable(let property) {
                refusal = .unfillable(property: property)
            }
        }
        guard let best else { throw refusal }
        return isNullable && best.isReal ? .nullable(best) : best
    }

    /// Whether what fits one branch fits no other one.
    private static func isAlone(_ index: Int, among nodes: [SchemaNode]) -> Bool {
        let own = nodes[index]
        return nodes.indices.allSatisfy { other in
            other == index || differInType(own, nodes[other]) || differInConstant(own, nodes[other])
        }
    }

    private static func differInType(_ one: SchemaNode, _ other: SchemaNode) -> Bool {
        guard one.choices.isEmpty, other.choices.isEmpty, let first = one.types, let second = other.types else {
            return false
        }
        return first.isDisjoint(with: second)
    }

    /// Whether a member that is required says which of the two it is.
    private static func differInConstant(_ one: SchemaNode, _ other: SchemaNode) -> Bool {
        guard let types = one.types, types == ["object"] else { return false }
        return one.required.contains { name in
            let (first, second) = (constants(one, name), constants(other, name))
            return !first.isEmpty && !second.isEmpty && !first.contains { second.contains($0) }
        }
    }

    private static func constants(_ node: SchemaNode, _ name: String) -> [JSONTree] {
        node.parts.compactMap { $0["properties"]?[name] }.flatMap { schema in
            schema["const"].map { [$0] } ?? schema["enum"]?.elements ?? []
        }
    }
}

extension SchemaFiller {
    private mutating func object(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        guard !node.has(SchemaNode.foreignInObjects) else { throw refusal(place) }
        let required = Set(node.required)
        var members: [Filling.Member] = []
        var numbers: [(name: String, place: Int, schemas: [JSONTree])] = []
        for name in node.memberNames {
            let isRequired = required.contains(name)
            guard let schemas = node.member(name) else {
                if isRequired { throw .unfillable(property: name) }
                continue
            }
            let meaning = Self.meaning(name, in: place)
            if meaning == .probability {
                numbers.append((name, members.count, schemas))
                continue
            }
            let inside = Place(name: name, meaning: meaning, references: place.references, depth: place.depth)
            if let filling = try optional(
                !isRequired, { filler throws(TaskChoiceError) in try filler.fill(schemas, inside) })
            {
                members.append(.init(name: name, filling: filling, isRequired: isRequired))
            }
        }
        let subject = members.lazy.compactMap(\.filling.subject).first
        for number in numbers.reversed() {
            let isRequired = required.contains(number.name)
            let inside = Place(
                name: number.name, meaning: .probability, references: place.references, depth: place.depth)
            if let filling = try optional(
                !isRequired,
                { filler throws(TaskChoiceError) in try filler.probability(number.schemas, inside, of: subject) })
            {
                members.insert(.init(name: number.name, filling: filling, isRequired: isRequired), at: number.place)
            }
        }
        guard members.contains(where: { $0.isRequired || $0.filling.isReal }) else { throw refusal(place) }
        return .object(members)
    }

    /// `text` in an object that is a caption is the caption, and no text in the image.
    private static func meaning(_ name: String, in place: Place) -> PropertyMeaning {
        let meaning = PropertyMeaning(name)
        guard case .caption = place.meaning, meaning == .anything || PropertyMeaning.words(of: name) == ["text"] else {
            return meaning
        }
        return place.meaning
    }

    /// What cannot be had and need not be there is left out, and so is what says nothing.
    private mutating func optional(
        _ isOptional: Bool, _ fill: (inout SchemaFiller) throws(TaskChoiceError) -> Filling
    ) throws(TaskChoiceError) -> Filling? {
        guard isOptional else { return try fill(&self) }
        do throws(TaskChoiceError) {
            let filling = try fill(&self)
            return filling.isReal ? filling : nil
        } catch .unfillable {
            return nil
        }
    }

    private mutating func probability(
        _ schemas: [JSONTree], _ place: Place, of subject: TaskReading?
    ) throws(TaskChoiceError) -> Filling {
        let node = try reader.node(schemas, references: place.references, depth: place.depth)
        guard let number = try numberNode(node, place) else {
            if node.namesNull { return .constant(.null) }
            throw refusal(place)
        }
        guard let subject else {
            if number.namesNull { return .constant(.null) }
            throw refusal(place)
        }
        return .probability(task: subject)
    }

    /// The node, or the branch of it, that takes every probability.
    private mutating func numberNode(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> SchemaNode? {
        if node.isHopeless { return nil }
        guard !node.choices.isEmpty else {
            let isNumber = node.allows("number") && node.allowedValues == nil && node.holdsProbabilities
            return isNumber ? node : nil
        }
        var rest = node
        let choice = rest.choices.removeFirst()
        var nodes: [SchemaNode] = []
        for branch in choice.branches {
            nodes.append(try reader.node([branch], with: rest, references: place.references, depth: place.depth + 1))
        }
        for (index, branch) in nodes.enumerated() where !choice.isExclusive || Self.isAlone(index, among: nodes) {
            var inside = place
            inside.depth += 1
            if let found = try numberNode(branch, inside) { return found }
        }
        return nil
    }

    private func text(_ node: SchemaNode, _ place: Place) -> Filling? {
        guard !node.has(SchemaNode.foreignInStrings), let task = tasks.reading(for: place.meaning) else { return nil }
        let length = node.range("minLength", "maxLength")
        return length.min <= length.max ? .text(task: task, name: place.name, length: length) : nil
    }
}

extension SchemaFiller {
    /// `nil` where a list is none that can be had.
    private mutating func list(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling? {
        let count = node.range("minItems", "maxItems")
        guard !node.has(SchemaNode.foreignInLists), let elements = node.elements, count.min <= count.max else {
            return nil
        }
        switch place.meaning {
        case .things, .anything:
            var node = try reader.node(elements, references: place.references, depth: place.depth)
            if elements.isEmpty, PropertyMeaning.words(of: place.name) == ["labels"] {
                node = try reader.node([PromptSchema.label], references: place.references, depth: place.depth)
            }
            let label = try label(node, place)
            return .list(task: tasks.things, name: place.name, count: count, element: label)
        case .caption, .writtenText, .imagePrompt:
            guard count.contains(1) else { return nil }
            return .single(try fill(elements, place))
        case .probability, .unknown: return nil
        }
    }

    /// What stands for a thing: its name, or an object that has it.
    private mutating func label(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
        if node.isHopeless { throw refusal(place) }
        guard node.choices.isEmpty else { return try labelOfChoice(node, place) }
        if node.allows("object"), node.isObject { return try labelObject(node, place) }
        guard node.allows("string"), !node.has(SchemaNode.foreignInStrings) else { throw refusal(place) }
        let known = node.allowedValues.map { $0.compactMap(\.string) }
        return .name(length: node.range("minLength", "maxLength"), known: known)
    }

    private mutating func labelOfChoice(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
        var node = node
        let choice = node.choices.removeFirst()
        var nodes: [SchemaNode] = []
        for branch in choice.branches {
            nodes.append(try reader.node([branch], with: node, references: place.references, depth: place.depth + 1))
        }
        for (index, branch) in nodes.enumerated() where !choice.isExclusive || Self.isAlone(index, among: nodes) {
            do throws(TaskChoiceError) {
                var inside = place
                inside.depth += 1
                return try label(branch, inside)
            } catch .unfillable {
                continue
            }
        }
        throw refusal(place)
    }

    private mutating func labelObject(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
        guard !node.has(SchemaNode.foreignInObjects) else { throw refusal(place) }
        let required = Set(node.required)
        var members: [(name: String, label: Filling.Label)] = []
        var hasName = false
        for name in node.memberNames {
            do throws(TaskChoiceError) {
                guard let schemas = node.member(name) else { throw .unfillable(property: name) }
                let inside = Place(
                    name: name, meaning: PropertyMeaning(name), references: node.references, depth: place.depth + 1)
                let label = try labelMember(schemas, inside)
                if case .name = label { hasName = true }
                members.append((name, label))
            } catch .unfillable(let property) {
                if required.contains(name) { throw .unfillable(property: property) }
            }
        }
        guard hasName else { throw refusal(place) }
        return .object(members)
    }

    private mutating func labelMember(_ schemas: [JSONTree], _ place: Place) throws(TaskChoiceError) -> Filling.Label {
        let node = try reader.node(schemas, references: place.references, depth: place.depth)
        if PropertyMeaning.isLabel(place.name), place.meaning != .probability {
            let label = try label(node, place)
            if case .name = label { return label }
        } else if place.meaning == .probability, try numberNode(node, place) != nil {
            return .probability
        }
        if let values = node.allowedValues, case .constant(let value) = try constant(values, node, place) {
            return .constant(value)
        }
        if try namesNull(node, place) { return .constant(.null) }
        throw refusal(place)
    }

    /// Whether the node, or a branch of it, is null.
    private mutating func namesNull(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Bool {
        guard !node.choices.isEmpty else { return node.namesNull }
        if case .constant(.null) = try fill(node, place) { return true }
        return false
    }
}

extension Filling {
    /// The task whose answer it shows.
    fileprivate var subject: TaskReading? {
        switch self {
        case .constant, .probability: nil
        case .text(let task, _, _), .native(let task), .list(let task, _, _, _): task
        case .single(let filling), .nullable(let filling): filling.subject
        case .object(let members): members.lazy.compactMap(\.filling.subject).first
        }
    }
}
