package import Foundation
import VisionAPITypes

/// What came of asking a server about a picture.
package enum Reply: Sendable, Equatable {
    case answered(JSONValue)
    /// The server will take the request later: its queue is full, or its model is being downloaded.
    case busy(String, retryAfter: Duration)
    /// The request did not get to a server.
    case unreachable(String)
    /// The connection broke while the server had the request.
    case lost(String)
    /// The server refuses this picture.
    case refused(String)
    /// The server would say the same of any picture.
    case unusable(String)

    /// The reply to `POST /process_image`, by the status, the `Retry-After` header and the body.
    package init(status: Int, retryAfter: String?, location: String?, body: Data, server: ServerAddress) {
        if status == 200, let answer = try? JSONDecoder().decode(Answer.self, from: body) {
            self = .answered(answer.result)
            return
        }
        let detail = (try? JSONDecoder().decode(ErrorBody.self, from: body))?.detail
        let sentence = detail ?? Self.sentence(status: status, location: location, server: server)
        switch status {
        case 429, 503:
            if let seconds = retryAfter.flatMap(Self.seconds) {
                self = .busy(sentence, retryAfter: seconds)
            } else {
                // A proxy with no server behind it writes no `detail`: that passes; a model that cannot be loaded does not.
                self = detail == nil ? .unreachable(sentence) : .unusable(sentence)
            }
        case 502, 504: self = .unreachable(sentence)
        case 408: self = .lost(sentence)
        case 400 where Self.isAboutThePrompt(sentence): self = .unusable(sentence)
        case 400, 413, 415, 422, 500: self = .refused(sentence)
        default: self = .unusable(sentence)
        }
    }

    private struct Answer: Decodable {
        let result: JSONValue
    }

    /// `Retry-After` in seconds, from one to five minutes; its other form, a date, counts as half a minute.
    private static func seconds(_ text: String) -> Duration {
        .seconds(min(max(Int(text) ?? 30, 1), 300))
    }

    /// So begins a refusal of the prompt, here and at the original server.
    private static func isAboutThePrompt(_ sentence: String) -> Bool {
        ["Unknown prompt", "Invalid prompt", "The prompt"].contains { sentence.hasPrefix($0) }
            || sentence.hasPrefix("<") && sentence.contains("> needs a ")
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
