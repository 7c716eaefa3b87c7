package import HTTPTypes

/// What a client is told about an error, whatever shape its dialect gives it. A handler may throw it.
package struct ErrorAnswer: Error {
    package var status: HTTPResponse.Status
    /// The kind of error in a word for programs.
    package let code: String
    /// A sentence for people.
    package var detail: String
    package var headers: HTTPFields = [:]

    package init(_ status: HTTPResponse.Status, code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    package static let internalError = ErrorAnswer(
        .internalServerError, code: "internal_error", "The request failed; the server's log says why.")

    package init(_ error: DoorError) {
        let (status, code) = Self.kind(error)
        self.init(status, code: code, error.description)
        switch error {
        case .methodNotAllowed(let allowed): headers[.allow] = allowed.joined(separator: ", ")
        case .unauthorized, .wrongKey: headers[.wwwAuthenticate] = "Bearer"
        case .unsupportedEncoding: headers[.acceptEncoding] = "identity"
        case .bodyTooLarge: headers[.connection] = "close"
        case .tooManyConnections: headers[.retryAfter] = "2"
        case .readingTooMuch(_, let seconds):
            headers[.retryAfter] = "\(seconds)"
            headers[.connection] = "close"
        default: break
        }
    }

    private static func kind(_ error: DoorError) -> (HTTPResponse.Status, String) {
        switch error {
        case .bodyTooLarge: (.contentTooLarge, "too_large")
        case .readingTooMuch, .tooManyConnections: (.serviceUnavailable, "queue_full")
        case .unauthorized, .wrongKey: (.unauthorized, "unauthorized")
        case .foreignOrigin: (.forbidden, "forbidden_origin")
        case .unsupportedEncoding: (.unsupportedMediaType, "unsupported_encoding")
        case .foreignHost: (.forbidden, "forbidden_host")
        case .unknownPath: (.notFound, "not_found")
        case .methodNotAllowed: (.methodNotAllowed, "method_not_allowed")
        case .malformedRequest, .incompleteRequest, .notOneHost: (.badRequest, "bad_request")
        case .headersTooLarge: (.requestHeaderFieldsTooLarge, "too_large")
        case .tooSlow: (.requestTimeout, "timeout")
        }
    }
}
