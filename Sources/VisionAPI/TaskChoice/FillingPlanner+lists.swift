import JSONScanning

extension FillingPlanner {
    /// `nil` where a list is none that can be had.
    mutating func list(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling? {
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
            return .single(try fill(elements, place), max: count.max)
        case .probability, .unknown: return nil
        }
    }

    /// What stands for a thing: its name, or an object that has it.
    mutating func label(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
        if node.isHopeless { throw refusal(place) }
        guard node.choices.isEmpty else { return try labelOfChoice(node, place) }
        if node.allows("object"), node.isObject { return try labelObject(node, place) }
        guard node.allows("string"), !node.has(SchemaNode.foreignInStrings) else { throw refusal(place) }
        let known = node.allowedValues.map { $0.compactMap(\.string) }
        return .name(length: node.range("minLength", "maxLength"), known: known)
    }

    mutating func labelOfChoice(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
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

    mutating func labelObject(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling.Label {
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

    mutating func labelMember(_ schemas: [JSONTree], _ place: Place) throws(TaskChoiceError) -> Filling.Label {
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
    mutating func namesNull(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Bool {
        guard !node.choices.isEmpty else { return node.namesNull }
        if case .constant(.null) = try fill(node, place) { return true }
        return false
    }
}
