/// What `GET /status` answers.
public struct StatusBody: Codable, Sendable, Equatable {
    /// The program's version.
    public var version: String
    /// The model's name as asked for; of a directory its last component.
    public var model: String
    /// `downloading`, `unloaded`, `loading`, `idle`, `busy`, `unloading`, or `failed` after a try that went wrong.
    public var state: String
    /// Why the last try to download or load the model went wrong; `null` unless the state is `failed`.
    public var failure: String?
    /// Whether the server takes no new work.
    public var stopping: Bool
    /// Until the model leaves memory if nobody asks for it; `null` unless it is idle and will go.
    public var unloadsInSeconds: Double?
    /// The precision of the arithmetic.
    public var precision: String
    public var queue: Queue
    public var memory: Memory
    /// `null` unless files are being downloaded.
    public var download: Download?
    public var counters: Counters
    /// The prompt of every task that is taken, extra ones included.
    public var prompts: [String]
    /// What is odd about the model's files, or not done with them; a sentence each, none before it was loaded.
    public var warnings: [String]

    enum CodingKeys: String, CodingKey {
        case version, model, state, failure, stopping, precision, queue, memory, download, counters, prompts, warnings
        case unloadsInSeconds = "unloads_in_seconds"
    }

    public init(
        version: String, model: String, state: String, failure: String?, stopping: Bool, unloadsInSeconds: Double?,
        precision: String, queue: Queue, memory: Memory, download: Download?, counters: Counters, prompts: [String],
        warnings: [String]
    ) {
        self.version = version
        self.model = model
        self.state = state
        self.failure = failure
        self.stopping = stopping
        self.unloadsInSeconds = unloadsInSeconds
        self.precision = precision
        self.queue = queue
        self.memory = memory
        self.download = download
        self.counters = counters
        self.prompts = prompts
        self.warnings = warnings
    }

    /// A field that has no value is there, as `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(model, forKey: .model)
        try container.encode(state, forKey: .state)
        try container.encode(failure, forKey: .failure)
        try container.encode(stopping, forKey: .stopping)
        try container.encode(unloadsInSeconds, forKey: .unloadsInSeconds)
        try container.encode(precision, forKey: .precision)
        try container.encode(queue, forKey: .queue)
        try container.encode(memory, forKey: .memory)
        try container.encode(download, forKey: .download)
        try container.encode(counters, forKey: .counters)
        try container.encode(prompts, forKey: .prompts)
        try container.encode(warnings, forKey: .warnings)
    }

    /// Who waits for the model.
    public struct Queue: Codable, Sendable, Equatable {
        /// Requests that have the model.
        public var running: Int
        /// The most that may have it at a time.
        public var maxBatch: Int
        public var waiting: Int
        public var waitingBytes: Int
        public var maxQueued: Int
        public var maxQueuedBytes: Int

        enum CodingKeys: String, CodingKey {
            case running, waiting
            case maxBatch = "max_batch"
            case waitingBytes = "waiting_bytes"
            case maxQueued = "max_queued"
            case maxQueuedBytes = "max_queued_bytes"
        }

        public init(
            running: Int, maxBatch: Int, waiting: Int, waitingBytes: Int, maxQueued: Int, maxQueuedBytes: Int
        ) {
            self.running = running
            self.maxBatch = maxBatch
            self.waiting = waiting
            self.waitingBytes = waitingBytes
            self.maxQueued = maxQueued
            self.maxQueuedBytes = maxQueuedBytes
        }
    }

    /// What the process occupies.
    public struct Memory: Codable, Sendable, Equatable {
        /// `null` where the system does not tell.
        public var residentBytes: Int?
        /// What is kept of recent images.
        public var imageCacheBytes: Int

        enum CodingKeys: String, CodingKey {
            case residentBytes = "resident_bytes"
            case imageCacheBytes = "image_cache_bytes"
        }

        public init(residentBytes: Int?, imageCacheBytes: Int) {
            self.residentBytes = residentBytes
            self.imageCacheBytes = imageCacheBytes
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(residentBytes, forKey: .residentBytes)
            try container.encode(imageCacheBytes, forKey: .imageCacheBytes)
        }
    }

    /// How far the download of the model's files is.
    public struct Download: Codable, Sendable, Equatable {
        public var bytesDone: Int
        /// Absent until it is known.
        public var bytesTotal: Int?
        /// Absent until it is known.
        public var secondsLeft: Double?

        enum CodingKeys: String, CodingKey {
            case bytesDone = "bytes_done"
            case bytesTotal = "bytes_total"
            case secondsLeft = "seconds_left"
        }

        public init(bytesDone: Int, bytesTotal: Int?, secondsLeft: Double?) {
            self.bytesDone = bytesDone
            self.bytesTotal = bytesTotal
            self.secondsLeft = secondsLeft
        }
    }

    /// How many requests for the model took which way since the start, and how often it came and went.
    public struct Counters: Codable, Sendable, Equatable {
        public var accepted: Int
        public var answered: Int
        /// Those that the server could not answer though nothing was wrong with them.
        public var failed: Int
        /// Those whose image, prompt or other fields were wrong.
        public var invalid: Int
        public var cancelled: Int
        public var refused: Int
        public var loads: Int
        public var failedLoads: Int
        public var unloads: Int

        enum CodingKeys: String, CodingKey {
            case accepted, answered, failed, invalid, cancelled, refused, loads, unloads
            case failedLoads = "failed_loads"
        }

        public init(
            accepted: Int, answered: Int, failed: Int, invalid: Int, cancelled: Int, refused: Int, loads: Int,
            failedLoads: Int, unloads: Int
        ) {
            self.accepted = accepted
            self.answered = answered
            self.failed = failed
            self.invalid = invalid
            self.cancelled = cancelled
            self.refused = refused
            self.loads = loads
            self.failedLoads = failedLoads
            self.unloads = unloads
        }
    }
}

/// What `GET /health` answers while the process lives.
public struct HealthBody: Codable, Sendable, Equatable {
    public var status: String

    public init(status: String = "ok") {
        self.status = status
    }
}
