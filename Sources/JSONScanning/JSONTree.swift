/// A value of JSON in memory of its own, for what is small and is looked at from many sides, such as a schema.
///
/// Members keep their order. It is never deep, so that walking it may recurse.
public enum JSONTree: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public let name: String
        public let value: JSONTree

        public init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// How much is taken into memory.
    public struct Limits: Sendable {
        public var bytes: Int
        public var depth: Int

        public init(bytes: Int = 256 << 10, depth: Int = 64) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    /// - Throws: `JSONTreeError`.
    public init(_ value: JSONValue, limits: Limits = .init()) throws(JSONTreeError) {
        guard value.text.count <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
        try self.init(value, levels: limits.depth, of: limits.depth)
    }

    /// - Throws: `JSONTreeError`.
    public init(text: String, limits: Limits = .init()) throws(JSONTreeError) {
        var text = text
        let result: Result<JSONTree, JSONTreeError> = text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            do throws(JSONError) {
                let value = try JSONValue(whole: bytes)
                return Result { () throws(JSONTreeError) in try JSONTree(value, limits: limits) }
            } catch {
                return .failure(.malformed(error))
            }
        }
        self = try result.get()
    }

    private init(_ value: JSONValue, levels: Int, of depth: Int) throws(JSONTreeError) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .number: self = .number(String(decoding: value.text, as: UTF8.self))
        case .string: self = .string(try Self.text(value))
        case .array:
            guard levels > 0 else { throw .malformed(.tooDeep(limit: depth)) }
            var elements: [JSONTree] = []
            for element in value.elements(upTo: .max) ?? [] {
                elements.append(try JSONTree(element, levels: levels - 1, of: depth))
            }
            self = .array(elements)
        case .object:
            guard levels > 0 else { throw .malformed(.tooDeep(limit: depth)) }
            var members: [Member] = []
            for (name, value) in value.allMembers {
                members.append(Member(try Self.text(name), try JSONTree(value, levels: levels - 1, of: depth)))
            }
            self = .object(members)
        }
    }

    private static func text(_ value: JSONValue) throws(JSONTreeError) -> String {
        guard let text = value.string else { throw .malformed(.halfCharacter) }
        return text
    }
}

/// Why a value of JSON is not taken into memory.
public enum JSONTreeError: Error, Equatable, CustomStringConvertible {
    case malformed(JSONError)
    case tooLarge(limit: Int)

    public var description: String {
        switch self {
        case .malformed(let error): error.description
        case .tooLarge(let limit): "it has more than \(limit >> 10) KB"
        }
    }
}

extension JSONTree {
    /// The member of this name, the last of several; `nil` if there is none, or this is no object.
    public subscript(name: String) -> JSONTree? { members?.last { $0.name == name }?.value }

    public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    public var elements: [JSONTree]? { if case .array(let elements) = self { elements } else { nil } }
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var bool: Bool? { if case .bool(let isTrue) = self { isTrue } else { nil } }

    /// A number that can be held.
    public var double: Double? {
        guard case .number(let text) = self, text.utf8.count <= 64, let number = Double(text), number.isFinite else {
            return nil
        }
        return number
    }

    /// The text of it, without space between its parts.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let isTrue): text += isTrue ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): Self.write(string, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
