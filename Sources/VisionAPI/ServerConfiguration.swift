/// What the service listens to and lets through.
public struct ServerConfiguration: Sendable {
    public var host: String
    /// 0: the system picks a free one, which the start line tells.
    public var port: Int
    /// What `GET /model` answers: the model's name as asked for, never a path.
    public var modelName: String
    /// Prompts of fine-tunes that go to the model as literal text.
    public var extraPrompts: [String]
    /// Whether a prompt that is no known one goes to the model as literal text.
    public var anyPrompt: Bool
    /// The most bytes of a request's body.
    public var maxBodySize: Int

    public init(
        host: String = "127.0.0.1", port: Int = 54880, modelName: String, extraPrompts: [String] = [],
        anyPrompt: Bool = false, maxBodySize: Int = 32 << 20
    ) {
        self.host = host
        self.port = port
        self.modelName = modelName
        self.extraPrompts = extraPrompts
        self.anyPrompt = anyPrompt
        self.maxBodySize = maxBodySize
    }
}
