/// What `POST /process_image` takes.
public struct ProcessImageRequest: Codable, Sendable, Equatable {
    /// The picture file in base64; white space between the characters and a `data:` prefix are allowed.
    public var image: String
    /// A task such as `<CAPTION>`, in any case, with or without the angle brackets.
    public var prompt: String
    /// How many beams the search keeps, 1 to 8; the model's own number when absent.
    public var numBeams: Int?
    /// The most tokens of the answer, 1 to 1024; the model's own number when absent.
    public var maxNewTokens: Int?

    /// The fields by the names that they have in JSON.
    public enum CodingKeys: String, CodingKey {
        case image, prompt
        case numBeams = "num_beams"
        case maxNewTokens = "max_new_tokens"
    }

    public init(image: String, prompt: String, numBeams: Int? = nil, maxNewTokens: Int? = nil) {
        self.image = image
        self.prompt = prompt
        self.numBeams = numBeams
        self.maxNewTokens = maxNewTokens
    }
}

/// What `POST /process_image` answers: a string, or the bare object of a task that finds places in the picture.
public struct ProcessImageResponse<Result: Sendable>: Sendable {
    public var result: Result

    public init(result: Result) {
        self.result = result
    }
}

extension ProcessImageResponse: Encodable where Result: Encodable {}
extension ProcessImageResponse: Decodable where Result: Decodable {}
extension ProcessImageResponse: Equatable where Result: Equatable {}
