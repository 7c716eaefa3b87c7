import Foundation
import JSONScanning
import Serving
import VisionAPITypes

/// Fields that came as text, in a form or in a query. An empty one counts as absent.
struct TextFields: SearchFields {
    private let values: [String: [String]]
    /// Unknown fields that are like a known one.
    let misspelt: [String]

    /// - Parameter pairs: Names and values, in the order in which they came.
    init(_ pairs: [(name: String, value: String)], named names: [String]) {
        values = Dictionary(grouping: pairs.filter { !$0.value.isEmpty }, by: \.name).mapValues { $0.map(\.value) }
        var misspelt = MisspeltFields(known: names)
        for pair in pairs where !names.contains(pair.name) {
            Array(pair.name.utf8).withUnsafeBytes { misspelt.look(at: $0) }
        }
        self.misspelt = misspelt.names
    }

    /// What stands behind the question mark of an address.
    static func pairs(inQuery query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (plain(parts[0]), parts.count > 1 ? plain(parts[1]) : "")
        }
    }

    private static func plain(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    /// One prompt, or a list where there are several.
    func prompts(_ field: String, limit: Int) throws(VisionAPIError) -> ProcessImageRequest.Prompts {
        guard let prompts = values[field] else { throw .missingFormField(field) }
        return prompts.count == 1 ? .one(prompts[0]) : .several(Array(prompts.prefix(limit + 1)))
    }

    func wholeNumber(_ field: String, in range: ClosedRange<Int>) throws(VisionAPIError) -> Int? {
        try values[field]?.first.map { text throws(VisionAPIError) in
            try NumberField.whole(Self.trimmed(text), field, in: range)
        }
    }

    func number(_ field: String, in range: ClosedRange<Double>) throws(VisionAPIError) -> Double? {
        try values[field]?.first.map { text throws(VisionAPIError) in
            try NumberField.number(Self.trimmed(text), field, in: range)
        }
    }

    func keepAlive(_ field: String) throws(VisionAPIError) -> KeepAlive? {
        guard let text = values[field]?.first else { return nil }
        // A text of megabytes would take seconds to be understood.
        guard text.utf8.count <= 64 else { throw .invalidKeepAlive }
        return try KeepAlive(field: .text(Self.trimmed(text)))
    }

    func tree(_ field: String) throws(VisionAPIError) -> JSONTree? {
        guard let text = values[field]?.first else { return nil }
        do throws(JSONTreeError) {
            return try JSONTree(text: text)
        } catch {
            throw .unreadableMember(field, error)
        }
    }

    private static func trimmed(_ text: String) -> String {
        String(text.prefix(64)).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Fields that say how the model is to search, wherever they came from.
protocol SearchFields {
    /// Unknown fields that are like a known one.
    var misspelt: [String] { get }
    func wholeNumber(_ field: String, in range: ClosedRange<Int>) throws(VisionAPIError) -> Int?
    func number(_ field: String, in range: ClosedRange<Double>) throws(VisionAPIError) -> Double?
    func keepAlive(_ field: String) throws(VisionAPIError) -> KeepAlive?
    /// A field of many parts, in memory of its own.
    func tree(_ field: String) throws(VisionAPIError) -> JSONTree?
}

/// Numbers as people and programs write them.
enum NumberField {
    static func whole(_ text: String, _ field: String, in range: ClosedRange<Int>) throws(VisionAPIError) -> Int {
        if let number = Int(text) {
            guard range.contains(number) else { throw .outOfRange(field, words(range)) }
            return number
        }
        let mistyped = VisionAPIError.mistypedField(field, expected: "a whole number")
        guard let number = Double(text) else { throw mistyped }
        // 8.0 is whole, and 1e400 is a number, though not one that can be held.
        guard number.isFinite else { throw .outOfRange(field, words(range)) }
        guard let whole = Int(exactly: number) else { throw mistyped }
        guard range.contains(whole) else { throw .outOfRange(field, words(range)) }
        return whole
    }

    static func number(
        _ text: String, _ field: String, in range: ClosedRange<Double>
    ) throws(VisionAPIError) -> Double {
        guard let number = Double(text) else { throw .mistypedField(field, expected: "a number") }
        guard range.contains(number) else { throw .outOfRange(field, words(range)) }
        return number
    }

    private static func words<T>(_ range: ClosedRange<T>) -> String {
        "from \(range.lowerBound) to \(range.upperBound)"
    }
}
