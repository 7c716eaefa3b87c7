public import JSONScanning

/// What a client can get wrong that is neither the prompt's nor the image's own fault.
public enum VisionAPIError: Error, Equatable, CustomStringConvertible {
    case malformedJSON(JSONError)
    case notAnObject
    case malformedForm(MultipartError)
    case missingField(String)
    /// A field's object has a member that means nothing there.
    case unknownMember(String, of: String, known: [String])
    /// The same in a form, or beside a file.
    case missingFormField(String)
    /// A field that holds JSON of its own is too large, too deep or none.
    case unreadableMember(String, JSONTreeError)
    case mistypedField(String, expected: String)
    /// A field's number is not one that it may be; what it may be, in words.
    case outOfRange(String, String)
    /// The fewest tokens of an answer are more than the most.
    case minAboveMax(min: Int, max: Int)
    case promptTooLong(limit: Int)
    case invalidBase64(Base64Error)
    case invalidDataURL
    /// A URL or a path stands where an image's bytes belong.
    case addressOfImage
    /// A form has a name in the place of a file.
    case fileNotAttached
    case wrongNumberOfImages(limit: Int)
    case invalidKeepAlive
    case wrongNumberOfPrompts(limit: Int)
    /// The same task a second time in one request.
    case repeatedPrompt(String)

    public var description: String {
        switch self {
        case .malformedJSON(let reason):
            "The body is not valid JSON: \(reason). \(Self.example)"
        case .notAnObject:
            "The body must be one JSON object. \(Self.example)"
        case .malformedForm(let reason):
            "The body is not a valid form: \(reason)."
        case .missingFormField(let field):
            "The field \"\(field)\" is missing. Send a form (curl -F image=@FILE -F prompt=CAPTION), or the picture file as "
                + "the body and ?prompt=CAPTION."
        case .missingField(let field):
            "The field \"\(field)\" is missing. \(Self.example)"
        case .unknownMember(let name, let field, let known):
            "The field \"\(field)\" has no \"\(name)\". It knows \(known.joined(separator: ", "))."
        case .unreadableMember(let field, let reason):
            "The field \"\(field)\" cannot be read: \(reason)."
        case .mistypedField(let field, let expected):
            "The field \"\(field)\" must be \(expected)."
        case .outOfRange(let field, let range):
            "The field \"\(field)\" must be \(range)."
        case .minAboveMax(let min, let max):
            "The field \"min_new_tokens\" (\(min)) must not be more than \"max_new_tokens\" (\(max))."
        case .promptTooLong(let limit):
            "The prompt is longer than \(limit) bytes. Shorten it."
        case .invalidBase64(let reason):
            "The field \"image\" is not valid base64: \(reason)."
        case .invalidDataURL:
            "The field \"image\" is a data: URL without \";base64,\". Send the picture file in base64."
        case .addressOfImage:
            "The field \"image\" holds an address or a path. It wants the bytes of the picture file itself, in base64."
        case .fileNotAttached:
            "The field \"image\" holds the name of a file and not the file. With curl it takes an @: -F image=@FILE."
        case .wrongNumberOfImages(let limit):
            "A request has one picture, \"image\", or a list \"images\" of 1 to \(limit); a form has up to \(limit) \"image\"."
        case .invalidKeepAlive:
            #"The field "keep_alive" must be seconds such as 300, 0 or -1, or a text such as "10m" or "1.5h"."#
        case .wrongNumberOfPrompts(let limit):
            "The list \"prompt\" must have from 1 to \(limit) prompts."
        case .repeatedPrompt(let prompt):
            "The prompt \(prompt.prefix(100)) stands in the list twice."
        }
    }

    private static let example = #"Send {"image": "<the picture file in base64>", "prompt": "<CAPTION>"}."#
}
