/// How much a host takes on, and how long it keeps a model that nobody asks for.
public struct ModelHostLimits: Sendable {
    /// How long the model stays when a request does not say otherwise.
    public var keepAlive: KeepAlive
    /// The most requests that have the model at a time.
    public var maxConcurrent: Int
    /// The most requests that wait for their turn.
    public var maxQueued: Int
    /// The most bytes that waiting requests hold; a single one is always let in.
    public var maxQueuedBytes: Int
    /// The longest wait for a turn while the model is loaded; `nil`: no limit.
    public var maxWait: Duration?

    public init(
        keepAlive: KeepAlive = .lasting(.seconds(300)), maxConcurrent: Int = 1, maxQueued: Int = 64,
        maxQueuedBytes: Int = 256 << 20, maxWait: Duration? = .seconds(600)
    ) {
        self.keepAlive = keepAlive
        self.maxConcurrent = max(1, maxConcurrent)
        self.maxQueued = maxQueued
        self.maxQueuedBytes = maxQueuedBytes
        self.maxWait = maxWait
    }
}
