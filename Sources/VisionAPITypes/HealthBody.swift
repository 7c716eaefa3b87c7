/// What `GET /health` answers while the process lives.
public struct HealthBody: Codable, Sendable, Equatable {
    public var status: String

    public init(status: String = "ok") {
        self.status = status
    }
}
