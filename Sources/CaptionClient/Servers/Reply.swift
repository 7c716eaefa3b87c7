package import Foundation
package import VisionAPITypes

/// What came of asking a server about an image.
package enum Reply: Sendable, Equatable {
    /// The answer; the size of the upright image where the server tells it; and the thumbnail, in base64, where one was
    /// asked for.
    case answered(AnyJSON, ImageSize? = nil, thumbnail: String? = nil)
    /// The server will take the request later: its queue is full, or its model is being downloaded.
    case busy(String, retryAfter: Duration)
    /// The server has no model, for a reason that may pass, such as a hub that cannot be reached.
    case noModel(String, retryAfter: Duration)
    /// The request did not get to a server.
    case unreachable(String)
    /// The connection broke while the server had the request.
    case lost(String)
    /// The server refuses this image.
    case refused(String)
    /// The server would say the same of any image.
    case unusable(String)
    /// The same, as the question is wrong: asking it again is of no use.
    case misasked(String)

    /// The reply to `POST /process_image`, by the status, some headers and the body.
    package init(
        status: Int, retryAfter: String?, location: String?, imageSize: String? = nil, body: Data,
        server: ServerAddress
    ) {
        if status == 200, let answer = try? JSONDecoder().decode(Answer.self, from: body) {
            self = .answered(answer.result, imageSize.flatMap(ImageSize.init), thumbnail: answer.thumbnail)
            return
        }
        if status == 200, let answers = try? JSONDecoder().decode(Answers.self, from: body) {
            let details = answers.details.map { ["details": AnyJSON.array($0)] } ?? [:]
            let result = ["results": .object(answers.results)].merging(details) { $1 }
            self = .answered(.object(result), thumbnail: answers.thumbnail)
            return
        }
        let error = try? JSONDecoder().decode(ErrorBody.self, from: body)
        let sentence = error?.detail ?? Self.sentence(status: status, location: location, server: server)
        let pause = retryAfter.map(Self.seconds)
        if let code = error?.code {
            self.init(code, sentence, pause: pause)
        } else {
            self.init(status: status, sentence, isExplained: error != nil, pause: pause)
        }
    }

    /// What a code means, and whether another image, or the same one later, would be told the same.
    private init(_ code: ErrorCode, _ sentence: String, pause: Duration?) {
        switch code {
        case .queueFull, .waitedTooLong, .modelDownloading, .stopping:
            self = .busy(sentence, retryAfter: pause ?? Self.usualPause)
        case .modelUnavailable:
            // With a pause its cause may pass: the hub cannot be reached.
            self = pause.map { .noModel(sentence, retryAfter: min($0, Self.modelPause)) } ?? .unusable(sentence)
        case .timeout: self = .lost(sentence)
        case .invalidImage, .tooLarge, .invalidJSON, .invalidForm, .badRequest, .modelDamaged,
            .internalError:
            self = .refused(sentence)
        case .missingField, .invalidField, .invalidPrompt, .unanswerable: self = .misasked(sentence)
        case .unauthorized, .forbiddenOrigin, .forbiddenHost,
            .notFound, .methodNotAllowed, .unsupportedEncoding:
            self = .unusable(sentence)
        }
    }

    /// Other servers, older ones and proxies write no code.
    private init(status: Int, _ sentence: String, isExplained: Bool, pause: Duration?) {
        switch status {
        case 429, 503:
            if let pause {
                self = .busy(sentence, retryAfter: pause)
            } else {
                // A proxy with no server behind it explains nothing: that passes; a model that cannot be loaded does not.
                self = isExplained ? .unusable(sentence) : .unreachable(sentence)
            }
        case 502, 504: self = .unreachable(sentence)
        case 408: self = .lost(sentence)
        case 400, 413, 415, 422, 500: self = .refused(sentence)
        default: self = .unusable(sentence)
        }
    }

    private struct Answer: Decodable {
        let result: AnyJSON
        let thumbnail: String?
    }

    private struct Answers: Decodable {
        let results: [String: AnyJSON]
        let details: [AnyJSON]?
        let thumbnail: String?
    }

    private static let usualPause = Duration.seconds(5)
    /// A server tries anew to get its model only when it is asked: what may be back soon is found in time.
    private static let modelPause = Duration.seconds(10)

    /// `Retry-After` in seconds, from one to five minutes; its other form, a date, counts as half a minute.
    private static func seconds(_ text: String) -> Duration {
        .seconds(min(max(Int(text) ?? 30, 1), 300))
    }

    private static func sentence(status: Int, location: String?, server: ServerAddress) -> String {
        switch status {
        case 200:
            "\(server) answered with something that no vision server says. Is the address right?"
        case 300..<400:
            "\(server) sends requests on to \(location ?? "another address"). Give the right address."
        case 401, 403:
            "\(server) wants a key, or another one (status \(status)). VISION_API_KEY holds it."
        case 404, 405:
            "There is no vision server at \(server) (status \(status)). Is the address right?"
        case 413:
            "The picture is too large for \(server)."
        default:
            "\(server) answered with status \(status) and no explanation."
        }
    }
}
