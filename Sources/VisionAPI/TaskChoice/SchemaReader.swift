import Foundation
import JSONScanning

/// Reads a schema, which may be hostile: how deep it is walked, and how often, is limited.
struct SchemaReader {
    private let root: JSONTree
    /// How many more objects of the schema are looked at; one that refers to itself may be looked at for ever.
    private var visitsLeft = 2000

    static let maxDepth = 32
    private static let maxParts = 32
    private static let maxMembers = 256

    init(_ root: JSONTree) {
        self.root = root
    }

    /// What all these schemas together say, and what `base` says.
    ///
    /// - Parameter owner: The part of `base` that they stand in.
    /// - Throws: `TaskChoiceError.schemaTooLarge`.
    mutating func node(
        _ schemas: [JSONTree], with base: SchemaNode = .init(), in owner: Int? = nil, references: Set<String>,
        depth: Int
    ) throws(TaskChoiceError) -> SchemaNode {
        var node = base
        node.references.formUnion(references)
        for schema in schemas { try add(schema, in: owner, to: &node, depth) }
        guard node.parts.count <= Self.maxParts, node.memberNames.count <= Self.maxMembers else {
            throw .schemaTooLarge
        }
        if node.has(SchemaNode.foreignKeywords) { node.isHopeless = true }
        return node
    }

    private mutating func add(
        _ schema: JSONTree, in owner: Int?, to node: inout SchemaNode, _ depth: Int
    ) throws(TaskChoiceError) {
        visitsLeft -= 1
        guard visitsLeft > 0, depth < Self.maxDepth, node.parts.count <= Self.maxParts else { throw .schemaTooLarge }
        switch schema {
        case .bool(true): return
        case .object(let members) where members.count <= Self.maxMembers: break
        case .object: throw .schemaTooLarge
        default:
            node.isHopeless = true
            return
        }
        let place = node.add(schema, in: owner)
        if let reference = schema["$ref"] { try follow(reference, in: place, &node, depth) }
        for part in schema["allOf"]?.elements ?? [] { try add(part, in: place, to: &node, depth + 1) }
        for keyword in ["anyOf", "oneOf"] {
            guard let branches = schema[keyword] else { continue }
            node.choices.append(
                .init(branches: branches.elements ?? [], isExclusive: keyword == "oneOf", owner: place))
        }
    }

    /// What leads in a circle can't be filled to its end.
    private mutating func follow(
        _ reference: JSONTree, in owner: Int, _ node: inout SchemaNode, _ depth: Int
    ) throws(TaskChoiceError) {
        guard let pointer = reference.string, node.references.insert(pointer).inserted,
            let target = target(of: pointer)
        else {
            node.isHopeless = true
            return
        }
        try add(target, in: owner, to: &node, depth + 1)
    }

    /// What a reference within the document points to: `#`, `#/$defs/name`.
    private func target(of pointer: String) -> JSONTree? {
        guard pointer.hasPrefix("#") else { return nil }
        let path = pointer.dropFirst()
        if path.isEmpty { return root }
        guard path.hasPrefix("/") else { return nil }
        var here = root
        for step in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let text = step.removingPercentEncoding ?? String(step)
            let name = text.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
            if let elements = here.elements {
                guard let index = Int(name), elements.indices.contains(index) else { return nil }
                here = elements[index]
            } else if let next = here[name] {
                here = next
            } else {
                return nil
            }
        }
        return here
    }
}
