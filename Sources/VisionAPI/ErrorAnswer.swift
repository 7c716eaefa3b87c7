import Florence2
import Hummingbird
import Images
import Serving
import VisionAPITypes

/// What a client is told about an error.
///
/// Here is the one table from errors to answers. A new error gets its line in it: a status, a code, and what headers it
/// wants. A code that is new is a case of `ErrorCode` and a word in the list of `Resources/openapi.json`; a test compares
/// the two. Who answers without throwing writes `ErrorAnswer(error).response(context)`.
struct ErrorAnswer {
    let status: HTTPResponse.Status
    let code: ErrorCode
    /// A sentence for people.
    let detail: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: ErrorCode, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// `nil` when the error is none of the client's business, which makes it `internalError`.
    init?(answering error: any Error, maxBodySize: Int) {
        switch error {
        case let error as VisionAPIError: self.init(error)
        case let error as TaskPromptError: self.init(.badRequest, .invalidPrompt, error.description)
        case let error as ImageError: self.init(.badRequest, .invalidImage, error.description)
        case ModelError.promptTooLong(_, _): self.init(.badRequest, .invalidPrompt, "\(error)")
        // No 503: another picture may be answered, and the same one will not.
        case ModelError.damagedNumbers: self.init(.internalServerError, .modelDamaged, "\(error)")
        // Its files have gone, or are damaged, and are on their way again.
        case ModelHostError.loadFailed(_, let error as SupplyError): self.init(error)
        case let error as ModelHostError: self.init(error)
        case let error as SupplyError: self.init(error)
        case is CancellationError: self.init(ModelHostError.stopping)
        case let error as HTTPError where error.status == .notFound: self.init(VisionAPIError.unknownPath)
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            self.init(VisionAPIError.bodyTooLarge(limit: maxBodySize))
        default: return nil
        }
    }

    static let internalError = ErrorAnswer(
        .internalServerError, .internalError, "The request failed; the server's log says why.")

    init(_ error: VisionAPIError) {
        let (status, code) = Self.kind(error)
        self.init(status, code, error.description)
        switch error {
        case .methodNotAllowed(let allowed): headers[.allow] = allowed.joined(separator: ", ")
        case .unauthorized: headers[.wwwAuthenticate] = "Bearer"
        case .unsupportedEncoding: headers[.acceptEncoding] = "identity"
        case .bodyTooLarge: headers[.connection] = "close"
        case .noThread: headers[.retryAfter] = "5"
        case .tooManyConnections: headers[.retryAfter] = "2"
        case .readingTooMuch(_, let seconds):
            headers[.retryAfter] = "\(seconds)"
            headers[.connection] = "close"
        default: break
        }
    }

    private static func kind(_ error: VisionAPIError) -> (HTTPResponse.Status, ErrorCode) {
        switch error {
        case .malformedJSON: (.badRequest, .invalidJSON)
        case .notAnObject: (.unprocessableContent, .invalidJSON)
        case .missingField: (.unprocessableContent, .missingField)
        case .mistypedField: (.unprocessableContent, .invalidField)
        case .outOfRange, .invalidKeepAlive: (.badRequest, .invalidField)
        case .promptTooLong, .wrongNumberOfPrompts, .repeatedPrompt: (.badRequest, .invalidPrompt)
        case .invalidBase64, .invalidDataURL, .addressOfPicture, .decodingTooLarge: (.badRequest, .invalidImage)
        case .bodyTooLarge: (.contentTooLarge, .tooLarge)
        case .readingTooMuch, .noThread: (.serviceUnavailable, .queueFull)
        case .unauthorized: (.unauthorized, .unauthorized)
        case .foreignOrigin: (.forbidden, .forbiddenOrigin)
        case .unsupportedEncoding: (.unsupportedMediaType, .unsupportedEncoding)
        case .foreignHost: (.forbidden, .forbiddenHost)
        case .unknownPath: (.notFound, .notFound)
        case .methodNotAllowed: (.methodNotAllowed, .methodNotAllowed)
        case .malformedRequest, .incompleteRequest, .notOneHost: (.badRequest, .badRequest)
        case .headersTooLarge: (.requestHeaderFieldsTooLarge, .tooLarge)
        case .tooSlow: (.requestTimeout, .timeout)
        case .tooManyConnections: (.serviceUnavailable, .queueFull)
        }
    }

    /// With `Retry-After` where the same request may succeed later.
    private init(_ error: ModelHostError) {
        let code: ErrorCode =
            switch error {
            case .overloaded: .queueFull
            case .waitedTooLong: .waitedTooLong
            case .stopping: .stopping
            case .loadFailed: .modelUnavailable
            }
        self.init(.serviceUnavailable, code, error.description)
        switch error {
        case .overloaded(_, let seconds), .waitedTooLong(_, _, let seconds): headers[.retryAfter] = "\(seconds)"
        case .stopping:
            headers[.retryAfter] = "5"
            headers[.connection] = "close"
        case .loadFailed: break
        }
    }

    private init(_ error: SupplyError) {
        switch error {
        case .fetching(_, let progress):
            self.init(.serviceUnavailable, .modelDownloading, error.description)
            headers[.retryAfter] = "\(progress.secondsToWait)"
        case .failed(_, _, let isTemporary):
            self.init(.serviceUnavailable, .modelUnavailable, error.description)
            if isTemporary { headers[.retryAfter] = "30" }
        }
    }

    /// The answer itself; its code is noted for the log.
    func response(_ context: VisionRequestContext) throws -> Response {
        context.notes.note(code)
        return try .json(ErrorBody(detail: detail, code: code), status: status, headers: headers)
    }
}
