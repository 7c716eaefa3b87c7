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
    /// Whether the model is loaded at the start, and not by the first who asks.
    public var preload: Bool
    /// Whether the service ends when the model could not be loaded in advance for this reason, as no request could help.
    public var preloadEnds: @Sendable (any Error) -> Bool
    /// The most bytes of a request's body.
    public var maxBodySize: Int
    /// The most bytes of all bodies that are being read at the same time.
    public var maxReadingSize: Int
    /// How much memory decoding may take.
    public var decoding: DecodeBudget
    /// The most connections; for one more the longest idle one is closed, and where none is idle the new one is refused.
    public var maxConnections: Int
    /// What clients must show; none: everybody is let in.
    public var apiKeys: APIKeys
    /// Origins of web pages that may read answers; `*` means any.
    public var corsOrigins: [String]
    /// Names of this server, besides those that are nobody's in public.
    public var allowedHosts: [String]
    /// How long the parts of a request and its answer may take.
    public var connectionLimits: ConnectionLimits
    /// What `GET /status` tells of the program.
    public var about: About
    /// What `GET /status` tells of the model's files.
    public var modelWarnings: @Sendable () -> [String]
    /// The text of `GET /metrics`.
    public var metricsText: @Sendable () -> String

    /// What the program says of itself.
    public struct About: Sendable {
        public var version: String
        public var precision: String
        public var maxBatch: Int
        public var maxQueued: Int
        public var maxQueuedBytes: Int

        public init(
            version: String, precision: String, maxBatch: Int = 1, maxQueued: Int = 64, maxQueuedBytes: Int = 256 << 20
        ) {
            self.version = version
            self.precision = precision
            self.maxBatch = maxBatch
            self.maxQueued = maxQueued
            self.maxQueuedBytes = maxQueuedBytes
        }
    }

    public init(
        host: String = "127.0.0.1", port: Int = 54880, modelName: String, extraPrompts: [String] = [],
        anyPrompt: Bool = false, preload: Bool = false,
        preloadEnds: @escaping @Sendable (any Error) -> Bool = { _ in false },
        maxBodySize: Int = 32 << 20, maxReadingSize: Int = 256 << 20,
        decoding: DecodeBudget = .init(), maxConnections: Int = 1024, apiKeys: APIKeys = .none,
        corsOrigins: [String] = [], allowedHosts: [String] = [],
        connectionLimits: ConnectionLimits = .init(),
        about: About = .init(version: "", precision: "fp32"),
        modelWarnings: @escaping @Sendable () -> [String] = { [] },
        metricsText: @escaping @Sendable () -> String = { "" }
    ) {
        self.host = host
        self.port = port
        self.modelName = modelName
        self.extraPrompts = extraPrompts
        self.anyPrompt = anyPrompt
        self.preload = preload
        self.preloadEnds = preloadEnds
        self.maxBodySize = maxBodySize
        self.maxReadingSize = maxReadingSize
        self.decoding = decoding
        self.maxConnections = maxConnections
        self.apiKeys = apiKeys
        self.corsOrigins = corsOrigins
        self.allowedHosts = allowedHosts
        self.connectionLimits = connectionLimits
        self.about = about
        self.modelWarnings = modelWarnings
        self.metricsText = metricsText
    }

    /// Only programs of this machine reach the server, and whoever does needs no key: then a web page must not, under a
    /// name of its own.
    public var answersToItsNamesOnly: Bool { apiKeys.isEmpty && HostRule.isLoopback(host) }
}
