/// `queued`: the request waits for the model, behind so many others.
public struct ProcessImageQueued: Codable, Sendable, Equatable {
    public var ahead: Int
    /// Which image of several, from 0; absent where there is one.
    public var image: Int?

    public init(ahead: Int, image: Int? = nil) {
        self.ahead = ahead
        self.image = image
    }
}

/// `started`: the model looks at the image.
public struct ProcessImageStarted: Codable, Sendable, Equatable {
    /// Which image of several, from 0; absent where there is one.
    public var image: Int?

    public init(image: Int? = nil) { self.image = image }
}

/// `text`: more of the answer to a prompt. All texts of a prompt together are its result; of a task that finds places
/// there is none.
public struct ProcessImageText: Codable, Sendable, Equatable {
    /// Which prompt of the list, from 0.
    public var index: Int
    public var text: String
    /// Which image of several, from 0; absent where there is one.
    public var image: Int?

    public init(index: Int, text: String, image: Int? = nil) {
        self.index = index
        self.text = text
        self.image = image
    }
}

/// `error`: why there is no result; the last event.
public struct ProcessImageFailure: Codable, Sendable, Equatable {
    public var detail: String
    public var code: String
    /// What the answer's status would have been.
    public var status: Int

    public init(detail: String, code: String, status: Int) {
        self.detail = detail
        self.code = code
        self.status = status
    }
}

/// How an answer came about; with `result`, the last event.
public struct ProcessImageDetail: Codable, Sendable, Equatable {
    /// As it was sent.
    public var prompt: String
    /// `stop`: the model ended its answer. `length`: it reached the most tokens.
    public var finishReason: String
    /// The image's and the prompt's.
    public var inputTokens: Int
    public var outputTokens: Int
    /// The sum of the tokens' log-probabilities, divided by their number to the power of the length penalty: at most 0,
    /// and the nearer to it the surer the model was. Absent where it is no finite number.
    public var score: Double?
    public var seconds: Seconds

    /// Where the time went.
    public struct Seconds: Codable, Sendable, Equatable {
        public var vision: Double
        public var encoder: Double
        public var generate: Double

        public init(vision: Double, encoder: Double, generate: Double) {
            self.vision = vision
            self.encoder = encoder
            self.generate = generate
        }
    }

    private enum CodingKeys: String, CodingKey {
        case prompt, score, seconds
        case finishReason = "finish_reason"
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
    }

    public init(
        prompt: String, finishReason: String, inputTokens: Int, outputTokens: Int, score: Double?, seconds: Seconds
    ) {
        self.prompt = prompt
        self.finishReason = finishReason
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.score = score
        self.seconds = seconds
    }
}
