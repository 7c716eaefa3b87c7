/// What `POST /process_image` takes.
public struct ProcessImageRequest: Codable, Sendable, Equatable {
    /// The image file in base64; white space between the characters and a `data:` prefix are allowed.
    public var image: String
    /// Several image files in place of one, 16 at most.
    public var images: [String]?
    /// A task such as `<CAPTION>`, in any case, with or without the angle brackets; or several of them.
    public var prompt: Prompts
    /// How many beams the search keeps, 1 to 8; the model's own number when absent.
    public var numBeams: Int?
    /// The most tokens of the answer, 1 to 1024; the model's own number when absent.
    public var maxNewTokens: Int?
    /// The fewest tokens of the answer, 0 to 1024; the model's own number when absent.
    public var minNewTokens: Int?
    /// No sequence of so many tokens comes twice, 0 (none is forbidden) to 1024; the model's own number when absent.
    public var noRepeatNGramSize: Int?
    /// Above 0 longer answers are preferred, below 0 shorter ones, -10 to 10; the model's own number when absent.
    public var lengthPenalty: Double?
    /// Above 1 tokens that came already are avoided, below 1 preferred, 0.1 to 10; the model's own number when absent.
    public var repetitionPenalty: Double?
    /// How long the model stays in memory after this request; as long as usual when absent.
    public var keepAlive: KeepAliveField?
    /// What is done to the model's texts; nothing when absent.
    public var clean: CleanUpBody?
    /// The longest side of a thumbnail that is wanted beside the result, 16 to 512; none when absent.
    public var thumbnail: Int?

    /// One prompt, or several for the same image.
    public enum Prompts: Sendable, Equatable {
        case one(String)
        case several([String])
    }

    /// Seconds, or a text such as `10m`.
    public enum KeepAliveField: Sendable, Equatable {
        case seconds(Double)
        case text(String)
    }

    /// The fields by the names that they have in JSON.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case image, images, prompt
        case numBeams = "num_beams"
        case maxNewTokens = "max_new_tokens"
        case minNewTokens = "min_new_tokens"
        case noRepeatNGramSize = "no_repeat_ngram_size"
        case lengthPenalty = "length_penalty"
        case repetitionPenalty = "repetition_penalty"
        case keepAlive = "keep_alive"
        case clean, thumbnail
    }

    public init(
        image: String, prompt: String, numBeams: Int? = nil, maxNewTokens: Int? = nil,
        keepAlive: KeepAliveField? = nil
    ) {
        self.init(
            image: image, prompts: .one(prompt), numBeams: numBeams, maxNewTokens: maxNewTokens, keepAlive: keepAlive)
    }

    public init(
        image: String, prompts: Prompts, numBeams: Int? = nil, maxNewTokens: Int? = nil,
        keepAlive: KeepAliveField? = nil
    ) {
        self.image = image
        self.prompt = prompts
        self.numBeams = numBeams
        self.maxNewTokens = maxNewTokens
        self.keepAlive = keepAlive
    }
}

extension ProcessImageRequest.Prompts: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let prompt = try? container.decode(String.self) {
            self = .one(prompt)
        } else {
            self = .several(try container.decode([String].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .one(let prompt): try container.encode(prompt)
        case .several(let prompts): try container.encode(prompts)
        }
    }
}

extension ProcessImageRequest.KeepAliveField: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .seconds(try container.decode(Double.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .seconds(let seconds): try container.encode(seconds)
        case .text(let text): try container.encode(text)
        }
    }
}

/// What `POST /process_image` answers to one prompt: a string, or the bare object of a task that finds places in the
/// image.
public struct ProcessImageResponse<Result: Sendable>: Sendable {
    public var result: Result

    public init(result: Result) {
        self.result = result
    }
}

extension ProcessImageResponse: Encodable where Result: Encodable {}
extension ProcessImageResponse: Decodable where Result: Decodable {}
extension ProcessImageResponse: Equatable where Result: Equatable {}

/// What `POST /process_image` answers to several prompts: a result for each, by the prompt as it was sent.
public struct ProcessImageResults<Result: Sendable>: Sendable {
    public var results: [String: Result]

    public init(results: [String: Result]) {
        self.results = results
    }
}

extension ProcessImageResults: Encodable where Result: Encodable {}
extension ProcessImageResults: Decodable where Result: Decodable {}
extension ProcessImageResults: Equatable where Result: Equatable {}
