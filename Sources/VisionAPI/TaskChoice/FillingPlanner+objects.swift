import JSONScanning

extension FillingPlanner {
    mutating func object(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> Filling {
        guard !node.has(SchemaNode.foreignInObjects) else { throw refusal(place) }
        let required = Set(node.required)
        var members: [Filling.Member] = []
        // Which probabilities are asked for, and how many of the members stand before each.
        var probabilities: [String] = []
        var places: [Int] = []
        for name in node.memberNames {
            let isRequired = required.contains(name)
            guard let schemas = node.member(name) else {
                if isRequired { throw .unfillable(property: name) }
                continue
            }
            let meaning = Self.meaning(name, in: place)
            if meaning == .probability {
                probabilities.append(name)
                places.append(members.count)
                continue
            }
            let inside = Place(name: name, meaning: meaning, references: place.references, depth: place.depth)
            if let filling = try optional(
                !isRequired, { filler throws(TaskChoiceError) in try filler.fill(schemas, inside) })
            {
                members.append(.init(name: name, filling: filling, isRequired: isRequired))
            }
        }
        let subject = Filling.object(members).subject
        for (name, index) in zip(probabilities, places).reversed() {
            let isRequired = required.contains(name)
            let inside = Place(name: name, meaning: .probability, references: place.references, depth: place.depth)
            let schemas = node.member(name) ?? []
            if let filling = try optional(
                !isRequired,
                { filler throws(TaskChoiceError) in try filler.probability(schemas, inside, of: subject) })
            {
                members.insert(.init(name: name, filling: filling, isRequired: isRequired), at: index)
            }
        }
        guard members.contains(where: { $0.isRequired || $0.filling.isReal }) else { throw refusal(place) }
        return .object(members)
    }

    /// `text` in an object that is a caption is the caption, and no text in the image.
    static func meaning(_ name: String, in place: Place) -> PropertyMeaning {
        let meaning = PropertyMeaning(name)
        guard case .caption = place.meaning, meaning == .anything || PropertyMeaning.words(of: name) == ["text"] else {
            return meaning
        }
        return place.meaning
    }

    /// What cannot be had and need not be there is left out, and so is what says nothing.
    mutating func optional(
        _ isOptional: Bool, _ fill: (inout FillingPlanner) throws(TaskChoiceError) -> Filling
    ) throws(TaskChoiceError) -> Filling? {
        guard isOptional else { return try fill(&self) }
        do throws(TaskChoiceError) {
            let filling = try fill(&self)
            return filling.isReal ? filling : nil
        } catch .unfillable {
            return nil
        }
    }

    mutating func probability(
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
    mutating func numberNode(_ node: SchemaNode, _ place: Place) throws(TaskChoiceError) -> SchemaNode? {
        if node.isHopeless { return nil }
        guard !node.choices.isEmpty else {
            let isNumber = node.allows("number") && node.allowedValues == nil && node.holdsProbabilities
            return isNumber ? node : nil
        }
        var rest = node
        let choice = rest.choices.removeFirst()
        var nodes: [SchemaNode] = []
        for branch in choice.branches {
            nodes.append(
                try reader.node(
                    [branch], with: rest, in: choice.owner, references: place.references, depth: place.depth + 1))
        }
        for (index, branch) in nodes.enumerated() where !choice.isExclusive || Self.isAlone(index, among: nodes) {
            var inside = place
            inside.depth += 1
            if let found = try numberNode(branch, inside) { return found }
        }
        return nil
    }

    func text(_ node: SchemaNode, _ place: Place) -> Filling? {
        guard !node.has(SchemaNode.foreignInStrings), let task = tasks.reading(for: place.meaning) else { return nil }
        let length = node.range("minLength", "maxLength")
        return length.min <= length.max ? .text(task: task, name: place.name, length: length) : nil
    }
}

extension Filling {
    /// The task whose answer it shows first.
    fileprivate var subject: TaskReading? {
        switch self {
        case .constant, .probability: return nil
        case .text(let task, _, _), .native(let task), .list(let task, _, _, _): return task
        case .single(let filling, _), .nullable(let filling): return filling.subject
        case .object(let members):
            for member in members {
                if let subject = member.filling.subject { return subject }
            }
            return nil
        }
    }
}
