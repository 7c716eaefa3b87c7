import Florence2
import Hummingbird
import Images
import Serving

/// The one table from errors to answers.
extension HTTPError {
    /// What a client is told about `error`; `nil` when it is none of its business, which makes an internal error.
    init?(answering error: any Error, maxBodySize: Int) {
        switch error {
        case let error as VisionAPIError: self.init(error)
        case let error as TaskPromptError: self.init(.badRequest, message: error.description)
        case let error as ImageError: self.init(.badRequest, message: error.description)
        case ModelError.promptTooLong(_, _): self.init(.badRequest, message: "\(error)")
        case let error as ModelHostError: self.init(error)
        case let error as SupplyError: self.init(error)
        case is CancellationError: self.init(ModelHostError.stopping)
        case let error as HTTPError where error.status == .notFound: self.init(VisionAPIError.unknownPath)
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            self.init(VisionAPIError.bodyTooLarge(limit: maxBodySize))
        default: return nil
        }
    }

    private init(_ error: VisionAPIError) {
        self.init(Self.status(error), message: error.description)
        switch error {
        case .methodNotAllowed(let allowed): headers[.allow] = allowed.joined(separator: ", ")
        case .unauthorized: headers[.wwwAuthenticate] = "Bearer"
        case .bodyTooLarge: headers[.connection] = "close"
        case .readingTooMuch:
            headers[.retryAfter] = "2"
            headers[.connection] = "close"
        default: break
        }
    }

    private static func status(_ error: VisionAPIError) -> HTTPResponse.Status {
        switch error {
        case .malformedJSON, .outOfRange, .promptTooLong, .invalidBase64, .invalidDataURL, .invalidKeepAlive,
            .wrongNumberOfPrompts, .repeatedPrompt:
            .badRequest
        case .notAnObject, .missingField, .mistypedField: .unprocessableContent
        case .bodyTooLarge: .contentTooLarge
        case .readingTooMuch: .serviceUnavailable
        case .unauthorized: .unauthorized
        case .foreignOrigin: .forbidden
        case .unknownPath: .notFound
        case .methodNotAllowed: .methodNotAllowed
        }
    }

    /// With `Retry-After` where the same request may succeed later.
    private init(_ error: ModelHostError) {
        self.init(.serviceUnavailable, message: error.description)
        switch error {
        case .overloaded, .waitedTooLong: headers[.retryAfter] = "5"
        case .stopping:
            headers[.retryAfter] = "5"
            headers[.connection] = "close"
        case .loadFailed: break
        }
    }

    private init(_ error: SupplyError) {
        self.init(.serviceUnavailable, message: error.description)
        guard case .fetching(_, let progress) = error else { return }
        let seconds = progress.secondsLeft ?? 5
        headers[.retryAfter] = seconds < 5 ? "\(max(1, Int(max(seconds, 0).rounded(.up))))" : "5"
    }
}
