import JSONScanning
import Serving
import VisionAPITypes

/// The known fields of a request's JSON, each read with errors that name it. What is unknown is checked and passed over.
///
/// They point into the text and must not outlive it. A field that is null counts as absent where it may be.
struct RequestFields: SearchFields {
    private let members: [String: JSONValue]
    /// Unknown fields that are like a known one.
    let misspelt: [String]

    /// - Parameter text: UTF-8, all of the body.
    init(_ text: UnsafeRawBufferPointer, named names: [String]) throws(VisionAPIError) {
        let members: [String: JSONValue]?
        var misspelt = MisspeltFields(known: names)
        do {
            members = try JSONValue.members(of: text, named: names) { misspelt.look(at: $0) }
        } catch {
            throw .malformedJSON(error)
        }
        guard let members else { throw .notAnObject }
        self.members = members
        self.misspelt = misspelt.names
    }

    /// What stands between a string's quotes, escapes and all.
    func rawText(_ field: String) throws(VisionAPIError) -> UnsafeRawBufferPointer {
        guard let value = members[field] else { throw .missingField(field) }
        guard let text = value.rawString else { throw .mistypedField(field, expected: "a string") }
        return text
    }

    /// Whether the field is there, and not null.
    func has(_ field: String) -> Bool { present(field) != nil }

    /// What stands between the quotes of the strings of a list, of which no more than `limit` and one are looked at; `nil`
    /// where there is no list.
    func rawTexts(_ field: String, limit: Int) throws(VisionAPIError) -> [UnsafeRawBufferPointer]? {
        guard let value = present(field) else { return nil }
        let mistyped = VisionAPIError.mistypedField(field, expected: "a list of strings")
        guard let elements = value.elements(upTo: limit + 1) else { throw mistyped }
        return try elements.map { element throws(VisionAPIError) in
            guard let text = element.rawString else { throw mistyped }
            return text
        }
    }

    /// A string, or a list of strings, of which no more than `limit` and one are looked at.
    func prompts(_ field: String, limit: Int) throws(VisionAPIError) -> ProcessImageRequest.Prompts {
        guard let value = members[field] else { throw .missingField(field) }
        let mistyped = VisionAPIError.mistypedField(field, expected: "a string or a list of strings")
        guard let elements = value.elements(upTo: limit + 1) else { return .one(try text(value, or: mistyped)) }
        return .several(try elements.map { element throws(VisionAPIError) in try text(element, or: mistyped) })
    }

    private func text(_ value: JSONValue, or mistyped: VisionAPIError) throws(VisionAPIError) -> String {
        guard let raw = value.rawString else { throw mistyped }
        // No character takes more than six bytes for each that it is.
        guard raw.count <= 6 * ImageRequest.maxPromptSize else {
            throw .promptTooLong(limit: ImageRequest.maxPromptSize)
        }
        guard let text = value.string else { throw .malformedJSON(.halfCharacter) }
        return text
    }

    func wholeNumber(_ field: String, in range: ClosedRange<Int>) throws(VisionAPIError) -> Int? {
        guard let value = present(field) else { return nil }
        guard let text = value.number else { throw .mistypedField(field, expected: "a whole number") }
        return try NumberField.whole(text, field, in: range)
    }

    func number(_ field: String, in range: ClosedRange<Double>) throws(VisionAPIError) -> Double? {
        guard let value = present(field) else { return nil }
        guard let text = value.number else { throw .mistypedField(field, expected: "a number") }
        return try NumberField.number(text, field, in: range)
    }

    /// Bytes of a duration's text at the most, escapes and all.
    private static let maxDurationSize = 64

    func keepAlive(_ field: String) throws(VisionAPIError) -> KeepAlive? {
        guard let value = present(field) else { return nil }
        if value.kind == .string {
            // A text of megabytes would take seconds to be understood.
            guard let raw = value.rawString, raw.count <= Self.maxDurationSize else { throw .invalidKeepAlive }
            guard let text = value.string else { throw .malformedJSON(.halfCharacter) }
            return try KeepAlive(field: .text(text))
        }
        guard let seconds = value.number.flatMap(Double.init) else {
            throw .mistypedField(field, expected: #"a number of seconds or a text such as "10m""#)
        }
        return try KeepAlive(field: .seconds(seconds))
    }

    func tree(_ field: String) throws(VisionAPIError) -> JSONTree? {
        guard let value = present(field) else { return nil }
        do throws(JSONTreeError) {
            return try JSONTree(value)
        } catch {
            throw .unreadableMember(field, error)
        }
    }

    /// A field that is there and not null, unread.
    subscript(_ field: String) -> JSONValue? { present(field) }

    private func present(_ field: String) -> JSONValue? {
        members[field].flatMap { $0.kind == .null ? nil : $0 }
    }
}

extension KeepAlive {
    /// What the field of a request means.
    init(field: ProcessImageRequest.KeepAliveField) throws(VisionAPIError) {
        let keepAlive: KeepAlive? =
            switch field {
            case .text(let text): KeepAlive(text)
            case .seconds(..<0): .forever
            // Part of a second counts as a whole one.
            case .seconds(let seconds): Int(exactly: seconds.rounded(.up)).flatMap(KeepAlive.init(seconds:))
            }
        guard let keepAlive else { throw .invalidKeepAlive }
        self = keepAlive
    }
}
