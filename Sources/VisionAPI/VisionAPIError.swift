/// What a client can get wrong that is neither the prompt's nor the picture's own fault.
public enum VisionAPIError: Error, Equatable, CustomStringConvertible {
    case malformedJSON
    case notAnObject
    case missingField(String)
    case mistypedField(String, expected: String)
    case outOfRange(String, ClosedRange<Int>)
    case promptTooLong(limit: Int)
    case invalidBase64(Base64Error)
    case invalidDataURL
    case bodyTooLarge(limit: Int)
    case unknownPath
    case methodNotAllowed(allowed: [String])

    public var description: String {
        switch self {
        case .malformedJSON:
            "The body is not valid JSON. \(Self.example)"
        case .notAnObject:
            "The body must be one JSON object. \(Self.example)"
        case .missingField(let field):
            "The field \"\(field)\" is missing. \(Self.example)"
        case .mistypedField(let field, let expected):
            "The field \"\(field)\" must be \(expected)."
        case .outOfRange(let field, let range):
            "The field \"\(field)\" must be from \(range.lowerBound) to \(range.upperBound)."
        case .promptTooLong(let limit):
            "The prompt is longer than \(limit) bytes. Shorten it."
        case .invalidBase64(let reason):
            "The field \"image\" is not valid base64: \(reason)."
        case .invalidDataURL:
            "The field \"image\" is a data: URL without \";base64,\". Send the picture file in base64."
        case .bodyTooLarge(let limit):
            "The request is larger than \(limit >> 20) MB. Send a smaller picture."
        case .unknownPath:
            "There is nothing at this address. Try GET /prompts, GET /model or POST /process_image."
        case .methodNotAllowed(let allowed):
            "This address does not take that method. Use \(allowed.joined(separator: ", "))."
        }
    }

    private static let example = #"Send {"image": "<the picture file in base64>", "prompt": "<CAPTION>"}."#
}
