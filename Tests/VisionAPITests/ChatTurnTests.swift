import Captioning
import Eventually
import Foundation
import Hummingbird
import HummingbirdTesting
import Serving
import Testing
import VisionAPI

/// Through the door: how many images a chat is understood to ask about shows in the answer, and the tokens in its texts
/// in the task that ran.
@Suite("Which messages of a chat are the turn")
struct ChatTurnTests {
    private static let text = Chats.text("<OCR>")
    private static let other = Chats.text("<CAPTION>")
    private static let assistant = #"{"role":"assistant","content":"a cat"}"#

    /// Messages, the number of images, and the task.
    private static let chats: [(String, [String], Int, String)] = [
        ("one message", [Chats.user(text, Chats.image)], 1, "<OCR>"),
        ("image first", [Chats.user(Chats.image, text)], 1, "<OCR>"),
        (
            "an older turn counts no more", [Chats.user(other, Chats.image), assistant, Chats.user(text, Chats.image)],
            1, "<OCR>"
        ),
        (
            "nor does one without an answer", [Chats.user(other, Chats.image), Chats.user(text, Chats.image)], 1,
            "<OCR>"
        ),
        (
            "a text takes the images before it", [Chats.user(Chats.image), Chats.user(Chats.image), Chats.user(text)],
            2, "<OCR>"
        ),
        ("an image takes the text before it", [Chats.user(text), Chats.user(Chats.image)], 1, "<OCR>"),
        (
            "images take texts and images", [Chats.user(text), Chats.user(Chats.image), Chats.user(Chats.image)], 2,
            "<OCR>"
        ),
        (
            "an answer ends the run", [Chats.user(Chats.image), assistant, Chats.user(text), Chats.user(Chats.image)],
            1, "<OCR>"
        ),
        (
            "a follow-up is about the newest image", [Chats.user(other, Chats.image), assistant, Chats.user(text)], 1,
            "<OCR>"
        ),
        ("a draft of the answer is passed over", [Chats.user(text, Chats.image), assistant], 1, "<OCR>"),
        ("the text may be a string", [Chats.user(Chats.image), #"{"role":"user","content":"<OCR>"}"#], 1, "<OCR>"),
        ("an empty text is none", [Chats.user(Chats.text(" "), Chats.image)], 1, "<MORE_DETAILED_CAPTION>"),
        (
            "the system has no turn", [#"{"role":"system","content":"be brief"}"#, Chats.user(text, Chats.image)], 1,
            "<OCR>"
        ),
    ]

    @Test("the last user message, and what belongs to it", arguments: chats)
    func turn(_ name: String, _ messages: [String], _ images: Int, _ task: String) async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.chat("/v1/chat/completions", Chats.messages(messages))
            #expect(response.headers[.init("x-florence-task")!] == task, "\(name)")
            let content = try #require(try response.content)
            #expect(content.contains("Image 2:") == (images > 1) && !content.contains("Image 3:"), "\(name)")
        }
    }

    @Test("no image anywhere is a short sentence, and wakes no model")
    func nothing() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            for path in ["/v1/chat/completions", "/chat/completions"] {
                let response = try await client.chat(path, Chats.messages([#"{"role":"user","content":"a title"}"#]))
                #expect(response.status == .ok)
                let content = try #require(try response.content)
                #expect(content.contains("picture") && content.count < 120)
            }
        }
        #expect(loads.value == 0)
    }

    @Test("images come as strings, objects, files, bytes and in any media type")
    func shapes() async throws {
        let url = "data:image/png;base64,\(Chats.base64)"
        let bytes = Demo.image.map(String.init)
        let counted = bytes.enumerated().map { "\"\($0.offset)\":\($0.element)" }.joined(separator: ",")
        let parts = [
            #"{"type":"image_url","image_url":"\#(url)"}"#,
            #"{"type":"input_image","image_url":"\#(url)","detail":"auto"}"#,
            #"{"type":"file","file":{"file_data":"\#(url)","filename":"a.png"}}"#,
            #"{"type":"image_url","image_url":{"url":"data:;base64,\#(Chats.base64)"}}"#,
            #"{"type":"image","source":{"type":"base64","data":"\#(Chats.base64)"}}"#,
            #"{"type":"image","image":"\#(url)"}"#,
            #"{"image_url":{"url":"\#(url)"}}"#,
            #"{"type":"file","file":{"file_data":"data:application/octet-stream;base64,\#(Chats.base64)"}}"#,
            #"{"type":"image_url","image_url":{"url":"DATA:image/PNG;BASE64,\#(Chats.base64)"}}"#,
        ]
        try await Demo.application().test(.router) { client in
            let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
            for part in parts {
                let response = try await client.chat("/v1/chat/completions", Chats.messages([Chats.user(part)]))
                #expect(try response.content == expected, "\(part.prefix(60))")
            }
            for image in [
                "\"\(Chats.base64)\"", "\"\(url)\"", "[\(bytes.joined(separator: ","))]", "{\(counted)}",
                #"{"type":"Buffer","data":[\#(bytes.joined(separator: ","))]}"#,
            ] {
                let response = try await client.chat(
                    "/api/generate", #"{"prompt":null,"CustomHeaders":{},"stream":false,"images":[\#(image)]}"#)
                #expect(try response.json["response"] as? String == expected, "\(image.prefix(60))")
            }
        }
    }

    @Test("the last messages and parts of very many count, and images of whatever role")
    func odd() async throws {
        let chatter = Array(repeating: #"{"role":"user","content":"x"}"#, count: 10_001)
        let words = Array(repeating: Chats.text("x"), count: 1500) + [Chats.text("<OCR>"), Chats.image]
        let turns = [
            chatter + [#"{"role":"assistant","content":"y"}"#, Chats.user(Chats.text("<OCR>"), Chats.image)],
            [#"{"role":"user","content":[\#(words.joined(separator: ","))]}"#],
            [#"{"role":"Human","content":[\#(Chats.text("<OCR>")),\#(Chats.image)]}"#],
            [#"{"role":"tool","content":[\#(Chats.image)]}"#, Chats.user(Chats.text("<OCR>"))],
            [#"{"role":"user","content":\#(Chats.image)}"#, Chats.user(Chats.text("<OCR>"))],
        ]
        try await Demo.application().test(.router) { client in
            let expected = try Demo.text("<OCR>")
            for turn in turns {
                let response = try await client.chat("/v1/chat/completions", Chats.messages(turn))
                #expect(try response.content == expected, "\(turn.last?.prefix(60) ?? "")")
            }
        }
    }

    @Test("a schema that is too deep or too large is 400")
    func hostileSchema() async throws {
        let deep = String(repeating: #"{"properties":{"a":"#, count: 80) + "{}" + String(repeating: "}}", count: 80)
        let large = #"{"enum":["\#(String(repeating: "x", count: 300_000))"]}"#
        try await Demo.application().test(.router) { client in
            for schema in [deep, large] {
                let form = #","response_format":{"type":"json_schema","json_schema":{"schema":\#(schema)}}"#
                let response = try await client.chat(
                    "/v1/chat/completions", Chats.messages([Chats.user(Chats.image)], form))
                #expect(response.status == .badRequest)
                #expect(try response.message != nil)
            }
        }
    }

    @Test("a bad one of several images is found before the stream begins")
    func badOne() async throws {
        let bad = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}"#
        let body = Chats.messages([Chats.user(Chats.image, Chats.image, bad)], #","stream":true"#)
        try await Demo.application().test(.live) { client in
            let response = try await client.chat("/v1/chat/completions", body)
            #expect(response.status == .badRequest)
        }
    }

    @Test("while the model's files are missing only captions and loading ask for them")
    func absentModel() async throws {
        let fetches = LoadCount()
        let store = ModelStore<ModelAssets, ContinuousClock>(name: "demo", clock: ContinuousClock()) { _ in
            try fetches.next()
            try await Task.sleep(for: .seconds(3600))
            throw CancellationError()
        }
        try await Demo.application(around: Demo.host(), store: store).test(.live) { client in
            let title = try await client.chat(
                "/v1/chat/completions", Chats.messages([#"{"role":"user","content":"a title"}"#]))
            #expect(title.status == .ok)
            #expect(try await client.chat("/v1/chat/completions", "{").status == .badRequest)
            #expect(try await client.chat("/api/generate", #"{"images":["x"]}"#).status == .badRequest)
            let gone = try await client.chat("/api/generate", #"{"keep_alive":0}"#)
            #expect(try gone.json["done_reason"] as? String == "unload")
            #expect(fetches.value == 0)
            let caption = try await client.chat("/v1/chat/completions", Chats.messages([Chats.user(Chats.image)]))
            #expect(caption.status == .serviceUnavailable && caption.headers[.retryAfter] != nil)
            try await eventually { fetches.value == 1 }
        }
    }

    private static let mistakes = [
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://a.example/b.png"}]}]}"#,
            "data: URL"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":7}]}]}"#, "base64"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,AAAA"}]}]}"#,
            "JPEG"
        ),
        (#"{"messages":7}"#, "messages"), ("{}", "messages"), ("[]", "object"), (#"{"messages""#, "JSON"), ("", "JSON"),
        (#"{"n":2,"messages":[]}"#, "one answer"),
    ]

    @Test("what is wrong is 400 with a sentence, in the dialect's own shape", arguments: mistakes)
    func refused(_ body: String, _ words: String) async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.chat("/v1/chat/completions", body)
            #expect(response.status == .badRequest, "\(body)")
            #expect(try response.message?.contains(words) == true, "\(body): \(String(buffer: response.body))")
            let ollama = try await client.chat(
                "/api/chat", body.replacingOccurrences(of: "\"messages\":7", with: "\"messages\":\"\""))
            if ollama.status != .ok { #expect(try ollama.json["error"] is String) }
        }
    }

    @Test("16 images are answered, 17 are refused")
    func many() async throws {
        try await Demo.application().test(.router) { client in
            let body = { (count: Int) in
                Chats.messages([
                    #"{"role":"user","content":[\#(Array(repeating: Chats.image, count: count).joined(separator: ","))]}"#
                ])
            }
            let response = try await client.chat("/v1/chat/completions", body(16))
            #expect(try response.content?.contains("Image 16: ") == true)
            let refusal = try await client.chat("/v1/chat/completions", body(17))
            #expect(refusal.status == .badRequest)
            #expect(try refusal.message?.contains("16") == true)
        }
    }
}
