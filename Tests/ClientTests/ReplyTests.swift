import CaptionClient
import Foundation
import Testing

@Suite("What an answer means")
struct ReplyTests {
    private enum Kind: String {
        case answered, busy, noModel, unreachable, lost, refused, unusable, misasked
    }

    private func reply(_ status: Int, _ body: String, retryAfter: String? = nil) throws -> (Kind, String) {
        let server = try ServerAddress("http://one:54880")
        let reply = Reply(
            status: status, retryAfter: retryAfter, location: nil, body: Data(body.utf8), server: server)
        let kind: Kind =
            switch reply {
            case .answered: .answered
            case .busy: .busy
            case .noModel: .noModel
            case .unreachable: .unreachable
            case .lost: .lost
            case .refused: .refused
            case .unusable: .unusable
            case .misasked: .misasked
            }
        return (kind, reply.sentence)
    }

    @Test(
        "a code decides, whatever the sentence and the status say",
        arguments: [
            ("invalid_prompt", "misasked"), ("invalid_field", "misasked"), ("missing_field", "misasked"),
            ("unauthorized", "unusable"), ("forbidden_origin", "unusable"), ("not_found", "unusable"),
            ("method_not_allowed", "unusable"), ("model_unavailable", "unusable"), ("invalid_image", "refused"),
            ("too_large", "refused"), ("invalid_json", "refused"), ("invalid_form", "refused"),
            ("internal_error", "refused"),
            ("queue_full", "busy"), ("waited_too_long", "busy"), ("model_downloading", "busy"), ("stopping", "busy"),
        ])
    func code(code: String, kind: String) throws {
        for (status, sentence) in [(400, "Unknown prompt, says a picture."), (503, "Ein Satz."), (429, "")] {
            let reply = try reply(status, #"{"detail":"\#(sentence)","code":"\#(code)"}"#)
            #expect(reply.0.rawValue == kind)
            #expect(reply.1 == sentence)
        }
    }

    @Test("a model that is not there is waited for where the server says how long")
    func unavailable() throws {
        let body = #"{"detail":"The hub cannot be reached.","code":"model_unavailable"}"#
        #expect(try reply(503, body, retryAfter: "5").0 == .noModel)
        // A server tries anew only when it is asked.
        let server = try ServerAddress("http://one:54880")
        let long = Reply(status: 503, retryAfter: "30", location: nil, body: Data(body.utf8), server: server)
        #expect(long == .noModel("The hub cannot be reached.", retryAfter: .seconds(10)))
    }

    @Test(
        "without a code, or with one from the future, the status decides",
        arguments: [
            (400, "refused"), (413, "refused"), (415, "refused"), (422, "refused"), (500, "refused"),
            (401, "unusable"), (403, "unusable"), (404, "unusable"), (405, "unusable"), (503, "unusable"),
            (408, "lost"), (502, "unreachable"), (504, "unreachable"),
        ])
    func status(status: Int, kind: String) throws {
        for code in ["", #","code":"too_purple""#, #","code":7"#, #","code":null"#] {
            let reply = try reply(status, #"{"detail":"Unknown prompt."\#(code)}"#)
            #expect(reply.0.rawValue == kind)
            #expect(reply.1 == "Unknown prompt.")
        }
    }

    @Test("without a word of explanation 503 is a proxy with nothing behind it, and a pause is kept")
    func proxies() throws {
        #expect(try reply(503, "<html>").0 == .unreachable)
        #expect(try reply(503, "<html>", retryAfter: "7").0 == .busy)
        #expect(try reply(429, #"{"detail":"Slowly."}"#, retryAfter: "7").0 == .busy)
    }
}
