/// The secret that proves to the hub who asks. Printing it in any way shows no part of it.
struct HubToken: Sendable, Equatable {
    private let value: String

    /// `nil` for text of white space only.
    /// - Throws: `ModelHubError.invalidSetting` where the text cannot be in a header.
    init?(_ text: String, from origin: String) throws(ModelHubError) {
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if trimmed.isEmpty { return nil }
        guard trimmed.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw ModelHubError.invalidSetting(origin, reason: "it holds characters that no token has")
        }
        value = trimmed
    }

    /// The value of the header `Authorization`.
    var authorization: String { "Bearer \(value)" }
}

extension HubToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "a token" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
