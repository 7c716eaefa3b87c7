/// What kind of error an answer reports, in a word for programs: it stays, however the sentence beside it is put.
public enum ErrorCode: String, Codable, Sendable, CaseIterable {
    /// What came is no HTTP, or not all of a request.
    case badRequest = "bad_request"
    /// The request did not arrive in time.
    case timeout
    /// The body is no JSON, or no JSON object.
    case invalidJSON = "invalid_json"
    /// The body calls itself a form, and is none that can be read.
    case invalidForm = "invalid_form"
    case missingField = "missing_field"
    /// A field other than the image and the prompt has a wrong type or value; of those two, a wrong type.
    case invalidField = "invalid_field"
    /// The prompt names no task that there is, or one twice, or is too long.
    case invalidPrompt = "invalid_prompt"
    /// The answer is asked for in a form that the model cannot fill, or for an image that is not there.
    case unanswerable
    /// The image is no base64, or no file that can be read.
    case invalidImage = "invalid_image"
    /// The body is larger than the server takes.
    case tooLarge = "too_large"
    /// The body is compressed.
    case unsupportedEncoding = "unsupported_encoding"
    /// The request shows no key, or a wrong one.
    case unauthorized
    /// A web page asks that is not on the server's list.
    case forbiddenOrigin = "forbidden_origin"
    /// A local server without a key is asked under a name that could be anybody's.
    case forbiddenHost = "forbidden_host"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    /// As many requests wait, or are read, as the server lets in.
    case queueFull = "queue_full"
    /// The request has waited for its turn as long as it may.
    case waitedTooLong = "waited_too_long"
    /// The model's files are on their way.
    case modelDownloading = "model_downloading"
    /// The model cannot be downloaded or loaded.
    case modelUnavailable = "model_unavailable"
    /// The model computes values that are no numbers.
    case modelDamaged = "model_damaged"
    /// The server takes no new work.
    case stopping
    /// The fault is the server's; its log says more.
    case internalError = "internal_error"
}

/// The body of every answer that is not a success.
public struct ErrorBody: Codable, Sendable, Equatable {
    /// One sentence or two for people: what is wrong, and what to do.
    public var detail: String
    /// The same for programs; `nil` where a server sends none, or one that is not known here.
    public var code: ErrorCode?

    public init(detail: String, code: ErrorCode) {
        self.detail = detail
        self.code = code
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        detail = try container.decode(String.self, forKey: .detail)
        code = try? container.decode(ErrorCode.self, forKey: .code)
    }
}
