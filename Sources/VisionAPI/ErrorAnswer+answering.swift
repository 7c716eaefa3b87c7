import Captioning
import Florence2
import HTTPDoor
import HTTPTypes
import Hummingbird
import ImageHosts
import Images
import ModelContext
import Serving
import VisionAPITypes

/// The one table from the service's errors to what a client is told, in whatever dialect.
///
/// A new error gets its line in it: a status, a code, and what headers it wants. A code that is new is a case of
/// `ErrorCode` and a word in the list of `Resources/openapi.json`; a test compares the two.
extension ErrorAnswer {
    init(_ status: HTTPResponse.Status, _ code: ErrorCode, _ detail: String) {
        self.init(status, code: code.rawValue, detail)
    }

    /// `nil` when the error is none of the client's business, which makes it `internalError`.
    init?(answering error: any Error) {
        switch error {
        case let error as VisionAPIError: self.init(error)
        case let error as ChatError: self.init(error)
        case let error as CleanError: self.init(error)
        case let error as DoorError: self.init(wording: error)
        case let error as PreprocessingError: self.init(error)
        case let error as ImageFetchError: self.init(error)
        case let error as TaskChoiceError: self.init(.badRequest, .unanswerable, error.description)
        case let error as TaskPromptError: self.init(.badRequest, .invalidPrompt, error.description)
        case let error as ToolError: self.init(.badRequest, .invalidField, error.description)
        case let error as ToolDelay: self.init(.serviceUnavailable, .waitedTooLong, error.description)
        case let error as ImageError: self.init(error)
        case ModelError.promptTooLong(_, _): self.init(.badRequest, .invalidPrompt, "\(error)")
        // No 503: another image may be answered, and the same one will not.
        case ModelError.damagedNumbers: self.init(.internalServerError, .modelDamaged, "\(error)")
        // Its files have gone, or are damaged, and are on their way again.
        case ModelHostError.loadFailed(_, let error as ModelStoreError): self.init(error)
        case let error as ModelHostError: self.init(error)
        case let error as ModelStoreError: self.init(error)
        case is CancellationError: self.init(ModelHostError.stopping)
        default: return nil
        }
    }

    /// The door's errors, some of them in words that help here.
    private init(wording error: DoorError) {
        self.init(error)
        if case .bodyTooLarge(let limit) = error, limit >= 1 << 20 {
            detail = "The request is larger than \(limit >> 20) MB. Send a smaller picture."
        }
    }

    private init(_ error: ImageFetchError) {
        let isBusy = error == .busy
        self.init(isBusy ? .serviceUnavailable : .badRequest, isBusy ? .queueFull : .invalidImage, error.description)
        if isBusy { headers[.retryAfter] = "2" }
    }

    private init(_ error: VisionAPIError) {
        let (status, code) = Self.kind(error)
        self.init(status, code, error.description)
    }

    private init(_ error: ChatError) {
        let (status, code): (HTTPResponse.Status, ErrorCode) =
            switch error {
            case .malformedJSON, .notAnObject: (.badRequest, .invalidJSON)
            case .wrongField, .severalChoices: (.badRequest, .invalidField)
            case .tooManyImages, .imageAddress, .notAnImage, .notBase64: (.badRequest, .invalidImage)
            case .unknownModel: (.notFound, .notFound)
            }
        self.init(status, code, error.description)
    }

    private init(_ error: CleanError) {
        switch error {
        case .malformedJSON: self.init(.badRequest, .invalidJSON, error.description)
        case .notAnObject: self.init(.unprocessableContent, .invalidJSON, error.description)
        case .tooMuchWork: self.init(.badRequest, .invalidField, error.description)
        case .bodyTooLarge(let limit):
            self.init(DoorError.bodyTooLarge(limit: limit))
            detail = error.description
        }
    }

    private init(_ error: ImageError) {
        guard case .noProcess = error else {
            self.init(.badRequest, .invalidImage, error.description)
            return
        }
        self.init(.serviceUnavailable, .queueFull, error.description)
        headers[.retryAfter] = "5"
    }

    private init(_ error: PreprocessingError) {
        switch error {
        case .tooLarge: self.init(.badRequest, .invalidImage, error.description)
        case .noThread:
            self.init(.serviceUnavailable, .queueFull, error.description)
            headers[.retryAfter] = "5"
        }
    }

    private static func kind(_ error: VisionAPIError) -> (HTTPResponse.Status, ErrorCode) {
        switch error {
        case .malformedJSON: (.badRequest, .invalidJSON)
        case .notAnObject: (.unprocessableContent, .invalidJSON)
        case .malformedForm: (.badRequest, .invalidForm)
        case .missingField, .missingFormField: (.unprocessableContent, .missingField)
        case .mistypedField: (.unprocessableContent, .invalidField)
        case .outOfRange, .minAboveMax, .invalidKeepAlive, .unknownMember, .unreadableMember:
            (.badRequest, .invalidField)
        case .promptTooLong, .wrongNumberOfPrompts, .repeatedPrompt: (.badRequest, .invalidPrompt)
        case .invalidBase64, .invalidDataURL, .addressOfImage, .fileNotAttached, .wrongNumberOfImages:
            (.badRequest, .invalidImage)
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

    private init(_ error: ModelStoreError) {
        switch error {
        case .fetching(_, let progress):
            let code: ErrorCode = progress.trouble == nil ? .modelDownloading : .modelUnavailable
            self.init(.serviceUnavailable, code, error.description)
            headers[.retryAfter] = "\(progress.secondsToWait)"
        case .failed(_, _, let isTemporary):
            self.init(.serviceUnavailable, .modelUnavailable, error.description)
            if isTemporary { headers[.retryAfter] = "30" }
        }
    }
}

extension ErrorFormat {
    /// `{"detail": "...", "code": "..."}`
    static let detailAndCode = ErrorFormat(
        contentType: "application/json", unknownPathHint: "Try GET /prompts, GET /model or POST /process_image."
    ) { answer in
        // Two strings can always be written.
        (try? ByteBuffer(json: ["detail": answer.detail, "code": answer.code])) ?? ByteBuffer()
    }
}
