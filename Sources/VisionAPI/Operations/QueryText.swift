import Foundation

/// The parameters of a request's address, as forms write them: a plus is a space, `%2B` a plus.
struct QueryText {
    private let values: [String: String]

    /// - Parameter query: What follows the question mark.
    init(_ query: String) {
        values = query.split(separator: "&").reduce(into: [:]) { values, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Self.plain(parts[0])] = parts.count > 1 ? Self.plain(parts[1]) : ""
        }
    }

    /// Of several of the same name the last; `nil` where there is none.
    subscript(_ name: String) -> String? { values[name] }

    /// What is no escape stays as it is.
    private static func plain(_ text: Substring) -> String {
        let text = text.split(separator: "+", omittingEmptySubsequences: false).joined(separator: " ")
        return text.removingPercentEncoding ?? text
    }

    /// - Throws: `VisionAPIError.outOfRange` for what is neither yes nor no.
    func flag(_ name: String) throws(VisionAPIError) -> Bool? {
        switch values[name]?.lowercased() {
        case nil, "": nil
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: throw .outOfRange(name, "1 or 0")
        }
    }
}
