package import Captioning
package import HTTPDoor
package import ImageHosts
package import Images

/// What the service is, takes and says.
package struct ServerConfiguration: Sendable {
    package var door: DoorConfiguration
    /// What `GET /model` answers: the model's name as asked for, never a path.
    package var modelName: String
    /// Prompts of fine-tunes that go to the model as literal text.
    package var extraPrompts: [String]
    /// Whether a prompt that is no known one goes to the model as literal text.
    package var anyPrompt: Bool
    /// Which task answers a chat.
    package var tasks: TaskChooser
    /// Fetches images that chats name by their addresses; `nil`: nobody does.
    package var imageFetcher: ImageFetcher?
    /// Whether the model is loaded at the start, and not by the first who asks.
    package var preload: Bool
    /// Whether the service ends when the model could not be loaded in advance for this reason, as no request could help.
    package var preloadEnds: @Sendable (any Error) -> Bool
    /// The most bytes of a request's body.
    package var maxBodySize: Int
    /// The most bytes of all bodies that are being read at the same time.
    package var maxReadingSize: Int
    /// Which images are read, and what decodes them.
    package var decoder: ImageDecoder
    /// How much memory decoding may take.
    package var decoding: DecodeBudget
    /// How long a call of a tool may wait until the model takes it up.
    package var toolPatience: Duration
    /// What `GET /status` tells of the program.
    package var about: About
    /// What `GET /status` tells of the model's files.
    package var modelWarnings: @Sendable () -> [String]
    /// The text of `GET /metrics`.
    package var metricsText: @Sendable () -> String

    /// What the program says of itself.
    package struct About: Sendable {
        package var version: String
        package var precision: String
        package var maxBatch: Int
        package var maxQueued: Int
        package var maxQueuedBytes: Int

        package init(
            version: String, precision: String, maxBatch: Int = 1, maxQueued: Int = 64, maxQueuedBytes: Int = 256 << 20
        ) {
            self.version = version
            self.precision = precision
            self.maxBatch = maxBatch
            self.maxQueued = maxQueued
            self.maxQueuedBytes = maxQueuedBytes
        }
    }

    package init(
        door: DoorConfiguration = .init(), modelName: String, extraPrompts: [String] = [],
        anyPrompt: Bool = false, tasks: TaskChooser? = nil, imageFetcher: ImageFetcher? = nil, preload: Bool = false,
        preloadEnds: @escaping @Sendable (any Error) -> Bool = { _ in false },
        maxBodySize: Int = 32 << 20, maxReadingSize: Int = 256 << 20,
        decoder: ImageDecoder = .init(), decoding: DecodeBudget = .init(), toolPatience: Duration = .seconds(50),
        about: About = .init(version: "", precision: "fp32"),
        modelWarnings: @escaping @Sendable () -> [String] = { [] },
        metricsText: @escaping @Sendable () -> String = { "" }
    ) {
        self.door = door
        self.modelName = modelName
        self.extraPrompts = extraPrompts
        self.anyPrompt = anyPrompt
        self.tasks =
            tasks
            ?? TaskChooser(
                knowsPromptGen: TaskChooser.knowsPromptGen(model: modelName), extraPrompts: extraPrompts)
        self.imageFetcher = imageFetcher
        self.preload = preload
        self.preloadEnds = preloadEnds
        self.maxBodySize = maxBodySize
        self.maxReadingSize = maxReadingSize
        self.decoder = decoder
        self.decoding = decoding
        self.toolPatience = toolPatience
        self.about = about
        self.modelWarnings = modelWarnings
        self.metricsText = metricsText
    }
}
