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
        case let error as ModelHostError: self.init(.serviceUnavailable, message: error.description)
        case is CancellationError:
            self.init(.serviceUnavailable, message: ModelHostError.stopping.description)
        case let error as HTTPError where error.status == .notFound: self.init(VisionAPIError.unknownPath)
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            self.init(VisionAPIError.bodyTooLarge(limit: maxBodySize))
        default: return nil
        }
    }

    private init(_ error: VisionAPIError) {
        let status: HTTPResponse.Status =
            switch error {
            case .malformedJSON, .outOfRange, .promptTooLong, .invalidBase64, .invalidDataURL: .badRequest
            case .notAnObject, .missingField, .mistypedField: .unprocessableContent
            case .bodyTooLarge: .contentTooLarge
            case .unknownPath: .notFound
            case .methodNotAllowed: .methodNotAllowed
            }
        self.init(status, message: error.description)
        if case .methodNotAllowed(let allowed) = error { headers[.allow] = allowed.joined(separator: ", ") }
    }
}
