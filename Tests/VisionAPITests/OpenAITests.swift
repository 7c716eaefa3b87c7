import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Serving
import Testing
import VisionAPI

@Suite("OpenAI's dialect", .timeLimit(.minutes(10)))
struct OpenAITests {
    private static let ask = Chats.messages([Chats.user(Chats.text("What is in this image?"), Chats.image)])

    @Test(
        "a chat is answered on every spelling of its path",
        arguments: [
            "/v1/chat/completions", "/chat/completions", "/v1/v1/chat/completions", "/v1//chat/completions",
            "//chat/completions", "/v1/chat/completions?api-version=1",
        ])
    func completion(path: String) async throws {
        try await Demo.application().test(.live) { client in
            let response = try await client.chat(path, Self.ask)
            #expect(response.status == .ok && response.headers[.contentType] == "application/json")
            let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
            #expect(try response.content == expected)
            let json = try response.json
            #expect(json["object"] as? String == "chat.completion" && json["model"] as? String == "any")
            let choice = try #require((json["choices"] as? [[String: Any]])?.first)
            #expect(choice["finish_reason"] as? String == "stop" && choice["index"] as? Int == 0)
            let usage = try #require(json["usage"] as? [String: Int])
            #expect(usage["total_tokens"] == (usage["prompt_tokens"] ?? 0) + (usage["completion_tokens"] ?? 0))
        }
    }

    @Test("a stream begins with the role, ends with the reason, and is the whole answer", arguments: [false, true])
    func stream(usage: Bool) async throws {
        let options = #","stream":true"# + (usage ? #","stream_options":{"include_usage":true}"# : "")
        let body = String(Self.ask.dropLast()) + options + "}"
        try await Demo.application().test(.live) { client in
            let response = try await client.chat("/v1/chat/completions", body)
            #expect(response.headers[.contentType] == "text/event-stream")
            let events = response.events
            #expect(events.last == "[DONE]")
            let chunks = try events.dropLast().map {
                try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(Set(chunks.map { $0["id"] as? String }).count == 1)
            #expect(chunks.allSatisfy { $0["object"] as? String == "chat.completion.chunk" })
            let choices = chunks.compactMap { ($0["choices"] as? [[String: Any]])?.first }
            #expect(choices.count == chunks.count - (usage ? 1 : 0))
            #expect(choices.allSatisfy { $0["index"] as? Int == 0 && $0.keys.contains("finish_reason") })
            let deltas = choices.compactMap { $0["delta"] as? [String: String] }
            #expect(deltas.first == ["role": "assistant", "content": ""] && deltas.last == [:])
            let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
            #expect(deltas.compactMap { $0["content"] }.joined() == expected && deltas.count > 4)
            #expect(choices.last?["finish_reason"] as? String == "stop")
            #expect((chunks.last?["usage"] != nil) == usage)
            if usage { #expect((chunks.last?["choices"] as? [Any])?.isEmpty == true) }
        }
    }

    @Test("the client's own limit cuts, and says so; stop words cut, and do not; other limits are none")
    func limits() async throws {
        let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
        try await Demo.application().test(.router) { client in
            func answer(_ fields: String) async throws -> (String?, String?) {
                let response = try await client.chat(
                    "/v1/chat/completions", String(Self.ask.dropLast()) + fields + "}")
                let choice = (try response.json["choices"] as? [[String: Any]])?.first
                return (try response.content, choice?["finish_reason"] as? String)
            }
            let cut = try await answer(#","max_tokens":5"#)
            #expect(expected.hasPrefix(cut.0 ?? "-") && cut.0 != expected && cut.1 == "length")
            let stopped = try await answer(#","stop":["nothing"," on a"]"#)
            #expect(stopped.0 == expected.components(separatedBy: " on a").first && stopped.1 == "stop")
            let both = try await answer(#","max_tokens":6,"stop":" has""#)
            #expect(both.0 == expected.components(separatedBy: " has").first && both.1 == "stop")
            for none in ["0", "-1", "null", "1e300", "99999", "\"x\""] {
                let whole = try await answer(#","max_completion_tokens":\#(none)"#)
                #expect(whole.0 == expected && whole.1 == "stop", "\(none)")
            }
        }
    }

    @Test("stop words are honoured in a stream")
    func stoppedStream() async throws {
        let body = String(Self.ask.dropLast()) + #","stream":true,"stop":"azure"}"#
        try await Demo.application().test(.live) { client in
            let response = try await client.chat("/v1/chat/completions", body)
            let text = try response.events.dropLast().compactMap { event -> String? in
                let chunk = try JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any]
                let choice = (chunk?["choices"] as? [[String: Any]])?.first
                return (choice?["delta"] as? [String: String])?["content"]
            }.joined()
            #expect(text == (try Demo.text("<MORE_DETAILED_CAPTION>").components(separatedBy: "azure").first))
        }
    }

    @Test("responses: the object, and the events in their order with growing numbers")
    func responses() async throws {
        let input =
            #"[{"role":"user","content":[{"type":"input_text","text":"What is this?"},{"type":"input_image","image_url":"data:image/png;base64,\#(Chats.base64)"}]}]"#
        let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
        try await Demo.application().test(.live) { client in
            let whole = try await client.chat("/v1/responses", #"{"input":\#(input)}"#).json
            #expect(whole["status"] as? String == "completed" && whole["object"] as? String == "response")
            let item = try #require((whole["output"] as? [[String: Any]])?.first)
            #expect((item["content"] as? [[String: Any]])?.first?["text"] as? String == expected)
            let stream = try await client.chat("/responses", #"{"stream":true,"input":\#(input)}"#)
            let events = try stream.events.map {
                try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(events.map { $0["sequence_number"] as? Int } == events.indices.map(Optional.some))
            let types = events.compactMap { $0["type"] as? String }.filter { $0 != "response.output_text.delta" }
            let order = [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.done",
                "content_part.done", "output_item.done", "completed",
            ]
            #expect(types == order.map { "response.\($0)" })
            #expect(events.compactMap { $0["delta"] as? String }.joined() == expected)
        }
    }

    @Test("the list has the model, its short names and the tasks; one is found by any of its spellings")
    func models() async throws {
        try await Demo.application().test(.live) { client in
            for path in ["/v1/models", "/models", "/v1/v1/models", "//models"] {
                let data = try #require(try await client.get(path).json["data"] as? [[String: Any]])
                let ids = data.compactMap { $0["id"] as? String }
                #expect(ids.starts(with: ["demo", "florence-2", "florence-2-vision"]) && ids.count > 8, "\(path)")
                #expect(data.allSatisfy { ($0["created"] as? Int ?? 0) > 1_700_000_000 })
            }
            for id in ["demo", "florence-2", "florence-2:latest", "florence-2%3Atags", "Florence-2-Vision"] {
                #expect(try await client.get("/v1/models/\(id)").status == .ok, "\(id)")
            }
            for id in ["gpt-4o", "a/b", "a%2Fb", ""] where !id.isEmpty {
                let response = try await client.get("/models/\(id)")
                #expect(response.status == .notFound)
                #expect(try response.message?.contains(id.removingPercentEncoding ?? id) == true)
            }
        }
    }

    @Test(
        "a full queue is 429 here and 503 elsewhere, and 503 to a proxy that takes it elsewhere, always with Retry-After"
    )
    func full() async throws {
        let limits = ModelHostLimits(maxQueued: 0)
        try await Demo.application(limits: limits).test(.router) { client in
            let refusal = try await client.chat("/v1/chat/completions", Self.ask)
            #expect(refusal.status == .tooManyRequests && refusal.headers[.retryAfter].flatMap(Int.init) ?? 0 >= 1)
            let balanced = try await client.chat(
                "/v1/chat/completions", Self.ask, headers: [HTTPField.Name("x-balanced")!: "1"])
            #expect(balanced.status == .serviceUnavailable && balanced.headers[HTTPField.Name("x-busy")!] == "1")
            #expect(balanced.headers[.retryAfter] != nil)
            let ollama = try await client.chat("/api/generate", #"{"images":["\#(Chats.base64)"]}"#)
            #expect(ollama.status == .serviceUnavailable && ollama.headers[.retryAfter] != nil)
            #expect(try await client.post(Demo.captionBody).status == .serviceUnavailable)
        }
    }

    private func card(_ client: some TestClientProtocol, _ text: String, _ form: String) async throws -> [String: Any] {
        let body = Chats.messages([Chats.user(Chats.text(text), Chats.image)], #","response_format":\#(form)"#)
        let content = try #require(try await client.chat("/v1/chat/completions", body).content)
        return try #require(JSONSerialization.jsonObject(with: Data(content.utf8)) as? [String: Any])
    }

    @Test("a judgement that may be null is null; a token fills the text of the JSON, and is none of its names")
    func honestJSON() async throws {
        let weapons = [
            #"{"anyOf":[{"const":"gun"},{"type":"null"}]}"#, #"{"enum":["nsfw",null]}"#,
            #"{"type":["string","null"],"enum":["yes",null]}"#,
        ]
        try await Demo.application().test(.router) { client in
            for weapon in weapons {
                let schema =
                    #"{"properties":{"caption":{"type":"string"},"weapon":\#(weapon)},"required":["caption","weapon"]}"#
                let form = #"{"type":"json_schema","json_schema":{"schema":\#(schema)}}"#
                let card = try await card(client, "Describe", form)
                #expect(card["weapon"] is NSNull && card["caption"] is String, "\(weapon)")
            }
            let named = try await card(client, "<OCR>", #"{"type":"json_object"}"#)
            #expect(named["caption"] as? String == (try Demo.text("<OCR>")), "\(named)")
        }
    }

    @Test("a prompt full of quotes takes no longer than another one")
    func quotes() async throws {
        let text = "json " + String(repeating: #"\"a\" "#, count: 8000)
        try await Demo.application().test(.router) { client in
            // Each took six seconds once, which is more together than the suite may take.
            for _ in 0..<150 {
                let body = Chats.messages([Chats.user(Chats.text(text), Chats.image)])
                let response = try await client.chat("/v1/chat/completions", body)
                #expect(response.status.code < 500)
            }
        }
    }
}
