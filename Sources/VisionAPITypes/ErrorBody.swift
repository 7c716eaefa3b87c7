/// The body of every answer that is not a success.
public struct ErrorBody: Codable, Sendable, Equatable {
    /// One sentence or two for people: what is wrong, and what to do.
    public var detail: String
    /// The same for programs; `nil` where a server sends none, or one that is not known here.
    public var code: ErrorCode?

    public init(detail: String, code: ErrorCode) {
        self.detail = detail
        self.code = code
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        detail = try container.decode(String.self, forKey: .detail)
        code = try? container.decode(ErrorCode.self, forKey: .code)
    }
}
