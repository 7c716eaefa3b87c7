import Foundation
import Hummingbird
import HummingbirdTesting
import Loopback
import Serving
import Testing
import VisionAPI
import VisionAPITypes

/// A body that is sent, and what comes back.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let body: String
    let status: HTTPResponse.Status
    /// Must occur in the error's sentence.
    let words: String

    init(_ body: String, _ status: HTTPResponse.Status, _ words: String) {
        self.body = body
        self.status = status
        self.words = words
    }

    var testDescription: String { String(body.prefix(60)) }
}

@Suite("Errors")
struct ErrorTests {
    private static let gif = "R0lGODlh"

    static let badRequests: [BadRequest] = [
        BadRequest("", .badRequest, "not valid JSON"),
        BadRequest("{", .badRequest, "not valid JSON"),
        BadRequest(String(repeating: "[", count: 100_000), .badRequest, "not valid JSON"),
        BadRequest(String(repeating: #"[{"":"#, count: 50_000), .badRequest, "not valid JSON"),
        BadRequest("image=x&prompt=y", .badRequest, "not valid JSON"),
        BadRequest(#"{"image":"\ud800","prompt":"CAPTION"}"#, .badRequest, "not valid JSON"),
        BadRequest("[]", .unprocessableContent, "JSON object"),
        BadRequest("null", .unprocessableContent, "JSON object"),
        BadRequest("\"picture\"", .unprocessableContent, "JSON object"),
        BadRequest("{}", .unprocessableContent, "\"image\" is missing"),
        BadRequest(#"{"image":""}"#, .unprocessableContent, "\"prompt\" is missing"),
        BadRequest(#"{"prompt":"CAPTION"}"#, .unprocessableContent, "\"image\" is missing"),
        BadRequest(#"{"image":1,"prompt":"CAPTION"}"#, .unprocessableContent, "\"image\" must be a string"),
        BadRequest(#"{"image":null,"prompt":"CAPTION"}"#, .unprocessableContent, "\"image\" must be a string"),
        BadRequest(#"{"image":[""],"prompt":"CAPTION"}"#, .unprocessableContent, "\"image\" must be a string"),
        BadRequest(#"{"image":"","prompt":{}}"#, .unprocessableContent, "\"prompt\" must be a string"),
        BadRequest(#"{"image":"","prompt":"nonsense"}"#, .badRequest, "<MIXED_CAPTION_PLUS>"),
        BadRequest(#"{"image":"","prompt":""}"#, .badRequest, "<GENERATE_TAGS>"),
        BadRequest(#"{"image":"","prompt":"<CAPTION> of a cat"}"#, .badRequest, "stand alone"),
        BadRequest(#"{"image":"","prompt":"<CAPTION_TO_PHRASE_GROUNDING>"}"#, .badRequest, "needs a text"),
        BadRequest(#"{"image":"","prompt":"CAPTION"}"#, .badRequest, "empty"),
        BadRequest(#"{"image":"A","prompt":"CAPTION"}"#, .badRequest, "base64"),
        BadRequest(#"{"image":"AAA*","prompt":"CAPTION"}"#, .badRequest, "character 4"),
        BadRequest(#"{"image":"AAAA","prompt":"CAPTION"}"#, .badRequest, "no picture"),
        BadRequest(#"{"image":"\#(gif)","prompt":"CAPTION"}"#, .badRequest, "GIF"),
        BadRequest(#"{"image":"data:image/png,AAAA","prompt":"CAPTION"}"#, .badRequest, "data: URL"),
        BadRequest(#"{"image":"data:","prompt":"CAPTION"}"#, .badRequest, "data: URL"),
        BadRequest(#"{"image":"data:,%41","prompt":"CAPTION"}"#, .badRequest, "no picture"),
        BadRequest(#"{"image":"https://example.org/cat","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":" file:\/\/\/cat.jpg","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":"/home/me/cat","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":"C:\\cat.jpg","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":"photos/cat.jpeg\n","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":"~/cat","prompt":"CAPTION"}"#, .badRequest, "the picture file itself"),
        BadRequest(#"{"image":"/9j/4AAQ","prompt":"CAPTION"}"#, .badRequest, "JPEG"),
    ]

    @Test("a bad body gets its status and a sentence", arguments: badRequests)
    func badBody(_ bad: BadRequest) async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            let response = try await client.post(Data(bad.body.utf8))
            #expect(response.status == bad.status)
            #expect(response.headers[.contentType] == "application/json")
            let detail = try response.detail
            #expect(detail.contains(bad.words))
            expectNothingInternal(detail)
        }
        #expect(loads.value == 0, "a bad request must not load the model")
    }

    @Test(
        "a number that is none, or beyond its range",
        arguments: [
            ("0", 400), ("9", 400), ("-1", 400), ("9223372036854775807", 400), ("1.5", 422),
            ("9223372036854775808", 422),
            ("99999999999999999999", 422), ("\"3\"", 422), ("[]", 422), ("{}", 422), ("true", 422), ("1e400", 400),
            ("NaN", 400),
        ])
    func badNumber(number: String, status: Int) async throws {
        try await Demo.application().test(.router) { client in
            for field in ["num_beams", "max_new_tokens", "min_new_tokens", "no_repeat_ngram_size"]
            where field == "num_beams" || number != "9" && (field == "max_new_tokens" || number != "0") {
                let body = #"{"image":"","prompt":"CAPTION","\#(field)":\#(number)}"#
                let response = try await client.post(Data(body.utf8))
                #expect(response.status.code == status, "\(body)")
                expectNothingInternal(try response.detail)
            }
        }
    }

    @Test(
        "a number that may be a fraction, but is beyond its range or none",
        arguments: [
            ("length_penalty", "-10.5", 400), ("length_penalty", "11", 400), ("length_penalty", "1e400", 400),
            ("length_penalty", "\"1\"", 422), ("repetition_penalty", "0", 400), ("repetition_penalty", "10.1", 400),
            ("repetition_penalty", "-1", 400), ("repetition_penalty", "[1]", 422), ("repetition_penalty", "true", 422),
        ])
    func badFraction(field: String, number: String, status: Int) async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.post(
                Data(#"{"image":"","prompt":"CAPTION","\#(field)":\#(number)}"#.utf8))
            #expect(response.status.code == status)
            let (code, detail) = (try response.code, try response.detail)
            #expect(code == .invalidField && detail.contains(field))
        }
    }

    @Test("a prompt beyond all measure is refused before anything looks at it")
    func longPrompt() async throws {
        try await Demo.application(anyPrompt: true).test(.router) { client in
            let response = try await client.processImage(String(repeating: "a ", count: 40_000))
            #expect(response.status == .badRequest)
            let detail = try response.detail
            #expect(detail.contains("longer than 65536 bytes"))
        }
    }

    @Test("a prompt with more tokens than the model has places for is refused")
    func tooManyTokens() async throws {
        try await Demo.application(anyPrompt: true).test(.router) { client in
            let response = try await client.processImage(String(repeating: "zq ", count: 5_000))
            #expect(response.status == .badRequest)
            let detail = try response.detail
            #expect(detail.contains("too long"))
        }
    }

    @Test("an unknown path is 404, a known one with another method 405")
    func unknownRoute() async throws {
        try await Demo.application().test(.router) { client in
            for path in ["/nothing", "/process_image/x", "/%2e%2e/etc/passwd", "/PROMPTS"] {
                let response = try await client.execute(uri: path, method: .get)
                #expect(response.status == .notFound, "\(path)")
                expectNothingInternal(try response.detail)
            }
            let response = try await client.execute(uri: "/process_image", method: .get)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "POST, OPTIONS")
            let detail = try response.detail
            #expect(detail.contains("POST"))
            let deletion = try await client.execute(uri: "/prompts", method: .delete)
            #expect(deletion.status == .methodNotAllowed)
        }
    }

    @Test("a body beyond the limit is 413, with its length announced or not")
    func tooLarge() async throws {
        try await Demo.application(maxBodySize: 1 << 20).test(.router) { client in
            let response = try await client.post(Data(repeating: 0x20, count: 1 << 20 | 1))
            #expect(response.status == .contentTooLarge)
            let detail = try response.detail
            #expect(detail == "The request is larger than 1 MB. Send a smaller picture.")
            let chunked = try await client.execute(
                uri: "/process_image", method: .post, headers: [.transferEncoding: "chunked"],
                body: ByteBuffer(repeating: 0x20, count: 1 << 20 | 1))
            #expect(chunked.status == .contentTooLarge)
        }
    }

    @Test("a model that cannot be loaded is 503 with the reason, and the next request tries again")
    func loadFailure() async throws {
        try await Demo.application(loads: LoadCount(failures: 1)).test(.router) { client in
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .serviceUnavailable)
            let detail = try response.detail
            #expect(detail.hasPrefix("The model demo could not be loaded. The model demo has no vocab.json."))
            let second = try await client.processImage("<CAPTION>")
            #expect(second.status == .ok)
        }
    }

    @Test(
        "an error's code says for programs what it is about",
        arguments: [
            ("{", ErrorCode.invalidJSON), ("[]", .invalidJSON), (#"{"image":""}"#, .missingField),
            (#"{"image":1,"prompt":"CAPTION"}"#, .invalidField),
            (#"{"image":"","prompt":"CAPTION","num_beams":9}"#, .invalidField),
            (#"{"image":"","prompt":"CAPTION","keep_alive":"soon"}"#, .invalidField),
            (#"{"image":"","prompt":"CAPTION","min_new_tokens":5,"max_new_tokens":4}"#, .invalidField),
            (#"{"image":"","prompt":"CAPTION","min_new_tokens":4,"max_new_tokens":4}"#, .invalidImage),
            (#"{"image":"","prompt":"<REGION_TO_OCR>hello"}"#, .invalidPrompt),
            (#"{"image":"","prompt":"nonsense"}"#, .invalidPrompt), (#"{"image":"","prompt":[]}"#, .invalidPrompt),
            (#"{"image":"","prompt":["CAPTION","<CAPTION>"]}"#, .invalidPrompt),
            (#"{"image":"","prompt":"CAPTION"}"#, .invalidImage), (#"{"image":"*","prompt":"CAPTION"}"#, .invalidImage),
            (#"{"image":"AAAA","prompt":"CAPTION"}"#, .invalidImage),
            (#"{"image":"data:,","prompt":"CAPTION"}"#, .invalidImage),
        ])
    func bodyCodes(body: String, code: ErrorCode) async throws {
        try await Demo.application().test(.router) { client in
            let answered = try await client.post(Data(body.utf8)).code
            #expect(answered == code)
        }
    }

    @Test("a compressed body is refused before it comes")
    func compressed() async throws {
        try await Demo.application().test(.ahc(.http)) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send(
                "POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n"
                    + "Content-Length: 30000000\r\n\r\n{")
            let refusal = await connection.receive(until: "}")
            #expect(refusal.hasPrefix("HTTP/1.1 415 "))
            #expect(refusal.contains("unsupported_encoding"))
        }
    }

    @Test("bodies that are too much together are refused with how long to wait")
    func readingTooMuch() async throws {
        let configuration = ServerConfiguration(modelName: "demo", maxReadingSize: 1 << 20)
        try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            let response = try await client.post(Data(repeating: 0x20, count: 2 << 20))
            #expect(response.status == .serviceUnavailable)
            #expect(try response.code == .queueFull)
            #expect(response.headers[.retryAfter].flatMap(Int.init).map { (1...60).contains($0) } == true)
        }
    }

    @Test("so do the codes of errors that are not about a body")
    func otherCodes() async throws {
        try await Demo.application().test(.router) { client in
            for encoding in ["gzip", "identity, br", "x"] {
                // The body is no JSON: nobody looks at it.
                let response = try await client.execute(
                    uri: "/process_image", method: .post, headers: [.contentEncoding: encoding],
                    body: ByteBuffer(string: "{"))
                #expect(response.status == .unsupportedMediaType)
                #expect(try response.code == .unsupportedEncoding)
            }
            let plain = try await client.execute(
                uri: "/process_image", method: .post, headers: [.contentEncoding: "Identity"],
                body: ByteBuffer(string: "{")
            ).code
            #expect(plain == .invalidJSON)
        }
        let limits = ModelHostLimits(maxQueued: 0)
        try await Demo.application(maxBodySize: 1 << 20, limits: limits).test(.router) { client in
            let unknown = try await client.get("/nothing").code
            #expect(unknown == .notFound)
            let method = try await client.get("/process_image").code
            #expect(method == .methodNotAllowed)
            let full = try await client.processImage("<CAPTION>").code
            #expect(full == .queueFull)
            let unready = try await client.get("/ready").code
            #expect(unready == .queueFull)
        }
        try await Demo.application(maxBodySize: 1 << 20).test(.router) { client in
            let large = try await client.post(Data(repeating: 0x20, count: 1 << 20 | 1)).code
            #expect(large == .tooLarge)
        }
        try await Demo.application(loads: LoadCount(failures: 1)).test(.router) { client in
            let unloadable = try await client.processImage("<CAPTION>").code
            #expect(unloadable == .modelUnavailable)
        }
    }

    /// No address, no path, no source line, no Swift word.
    private func expectNothingInternal(_ detail: String) {
        for word in ["0x", "/work", "/home", "/tmp", ".swift", "Optional(", "Error(", "CodingKey"] {
            #expect(!detail.contains(word), "\(detail)")
        }
        #expect(detail.hasSuffix("."), "\(detail)")
    }
}
