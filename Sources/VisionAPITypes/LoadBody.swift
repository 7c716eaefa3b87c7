/// What `POST /load` takes; the body may be missing.
public struct LoadRequest: Codable, Sendable, Equatable {
    /// How long the model stays in memory from now on; as long as usual when absent.
    public var keepAlive: ProcessImageRequest.KeepAliveField?

    /// The fields by the names that they have in JSON.
    public enum CodingKeys: String, CodingKey {
        case keepAlive = "keep_alive"
    }

    public init(keepAlive: ProcessImageRequest.KeepAliveField? = nil) {
        self.keepAlive = keepAlive
    }
}

/// What `POST /load` and `POST /unload` answer.
public struct LoadBody: Codable, Sendable, Equatable {
    /// The state that the model is in now, as in `GET /status`.
    public var state: String

    public init(state: String) {
        self.state = state
    }
}
