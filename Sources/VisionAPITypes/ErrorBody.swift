/// The body of every answer that is not a success.
public struct ErrorBody: Codable, Sendable, Equatable {
    /// One sentence or two: what is wrong, and what to do.
    public var detail: String

    public init(detail: String) {
        self.detail = detail
    }
}
