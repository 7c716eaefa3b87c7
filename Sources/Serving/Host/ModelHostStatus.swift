/// What a host is doing: a snapshot that neither wakes the model nor prolongs its life.
public struct ModelHostStatus: Sendable, Equatable {
    public enum State: String, Sendable {
        case unloaded, loading, idle, busy, unloading
    }

    public var state: State
    public var isStopping: Bool
    /// Whether the last try to load went wrong less than half a minute ago and nobody has tried again.
    public var hasFailed: Bool
    /// What the last try to load said, while `hasFailed` is true.
    public var failure: String?
    /// Whether one more request would be refused because of those who wait.
    public var isFull: Bool
    /// Until the model leaves memory, if nobody asks for it; `nil` unless it is idle and will go.
    public var unloadsIn: Duration?
    /// How many have the model.
    public var running: Int
    public var waiting: Int
    public var waitingBytes: Int
    /// Whole seconds, 1 to 60, until those who are served and those who wait may be done.
    public var secondsToWait: Int
    public var counters: Counters

    /// How many requests took which way, and how often the model came and went.
    public struct Counters: Sendable, Equatable {
        public var accepted = 0
        public var answered = 0
        public var failed = 0
        /// Those that could not be answered for what was in them.
        public var invalid = 0
        /// Those who left before their answer.
        public var cancelled = 0
        /// Those who were not let in, or had to wait too long.
        public var refused = 0
        public var loads = 0
        public var failedLoads = 0
        public var unloads = 0
    }

    /// Whether a request that comes now would be accepted.
    public var isReady: Bool { !isStopping && !hasFailed && !isFull }
}
