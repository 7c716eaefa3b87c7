public import JSONScanning

/// What a client can get wrong that is neither the prompt's nor the picture's own fault.
public enum VisionAPIError: Error, Equatable, CustomStringConvertible {
    case malformedJSON(JSONError)
    case notAnObject
    case missingField(String)
    case mistypedField(String, expected: String)
    /// A field's number is not one that it may be; what it may be, in words.
    case outOfRange(String, String)
    case promptTooLong(limit: Int)
    case invalidBase64(Base64Error)
    case invalidDataURL
    /// A URL or a path stands where a picture's bytes belong.
    case addressOfPicture
    case invalidKeepAlive
    case wrongNumberOfPrompts(limit: Int)
    /// The same task a second time in one request.
    case repeatedPrompt(String)
    case bodyTooLarge(limit: Int)
    /// The bodies that are being read at the same time are too much together.
    case readingTooMuch(waiting: Int, retryAfter: Int)
    /// Decoding the picture takes more memory than one may take.
    case decodingTooLarge(bytes: Int, limit: Int)
    /// The system has no room for another thread.
    case noThread
    /// No key, or a wrong one.
    case unauthorized
    /// A web page that is not on the list wants something done.
    case foreignOrigin
    /// The body is compressed.
    case unsupportedEncoding
    /// A server without a key is asked under a name that it was not given; `nil` where that is no name.
    case foreignHost(String?)
    case unknownPath
    case methodNotAllowed(allowed: [String])
    /// What came over the wire is no HTTP.
    case malformedRequest
    /// The client has ended its side of the connection in the middle of a request.
    case incompleteRequest
    case headersTooLarge
    /// HTTP/1.1 without a `Host`, or with two of them.
    case notOneHost
    /// The request did not arrive in time.
    case tooSlow(seconds: Int)
    case tooManyConnections

    public var description: String {
        switch self {
        case .malformedJSON(let reason):
            "The body is not valid JSON: \(reason). \(Self.example)"
        case .notAnObject:
            "The body must be one JSON object. \(Self.example)"
        case .missingField(let field):
            "The field \"\(field)\" is missing. \(Self.example)"
        case .mistypedField(let field, let expected):
            "The field \"\(field)\" must be \(expected)."
        case .outOfRange(let field, let range):
            "The field \"\(field)\" must be \(range)."
        case .promptTooLong(let limit):
            "The prompt is longer than \(limit) bytes. Shorten it."
        case .invalidBase64(let reason):
            "The field \"image\" is not valid base64: \(reason)."
        case .invalidDataURL:
            "The field \"image\" is a data: URL without \";base64,\". Send the picture file in base64."
        case .addressOfPicture:
            "The field \"image\" holds an address or a path. It wants the bytes of the picture file itself, in base64."
        case .invalidKeepAlive:
            #"The field "keep_alive" must be seconds such as 300, 0 or -1, or a text such as "10m" or "1.5h"."#
        case .wrongNumberOfPrompts(let limit):
            "The list \"prompt\" must have from 1 to \(limit) prompts."
        case .repeatedPrompt(let prompt):
            "The prompt \(prompt.prefix(100)) stands in the list twice."
        case .readingTooMuch(let waiting, let retryAfter):
            "The server is reading \(waiting) requests already, and they are too large together. "
                + "Send the request again in \(retryAfter) s."
        case .decodingTooLarge(let bytes, let limit):
            "The picture takes too many bytes for decoding: \((bytes >> 20) + 1) MB, and one may take \(limit >> 20) MB. "
                + "Make it smaller, or start the server with a larger --max-decode-memory."
        case .noThread:
            "The system refuses the server another thread. The limit may be the user's (ulimit -u), the service's "
                + "(TasksMax) or the container's (pids). Send the request again later."
        case .unauthorized:
            "This server wants a key. Send it as \"Authorization: Bearer KEY\" or \"x-api-key: KEY\"."
        case .bodyTooLarge(let limit):
            limit >= 1 << 20
                ? "The request is larger than \(limit >> 20) MB. Send a smaller picture."
                : "The request is larger than \(limit >> 10) KB. Send a smaller one."
        case .foreignOrigin:
            "Web pages of this origin may not use this server. Start it with --cors-origin to let them."
        case .unsupportedEncoding:
            "The body is compressed (Content-Encoding), which this server does not read. Send it as it is."
        case .foreignHost(let name?):
            "A server without a key on this machine answers to local names only, and to those that it is given: start it "
                + "with --allowed-host \(name.prefix(253)) if that is one. A proxy in front of it that ends TLS needs "
                + "--cors-origin https://\(name.prefix(253)), too."
        case .foreignHost(nil):
            "The Host of the request is no name and no address."
        case .unknownPath:
            "There is nothing at this address. Try GET /prompts, GET /model or POST /process_image."
        case .methodNotAllowed(let allowed):
            "This address does not take that method. Use \(allowed.joined(separator: ", "))."
        case .malformedRequest:
            "The request is not valid HTTP."
        case .incompleteRequest:
            "The request ended in the middle."
        case .headersTooLarge:
            "The headers of the request are too large: more than 80 KB, or more than 1000 of them."
        case .notOneHost:
            "A request must name one Host, and only one."
        case .tooSlow(let seconds):
            "The request did not arrive within \(seconds) seconds. Over a slow line --read-timeout gives it more."
        case .tooManyConnections:
            "The server has as many connections as it may have. Send the request again later."
        }
    }

    private static let example = #"Send {"image": "<the picture file in base64>", "prompt": "<CAPTION>"}."#
}
