import CaptionCleaning
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI
import VisionAPITypes

@Suite("Cleaned texts")
struct CleanTests {
    private struct Answer: Decodable {
        let result: String?
        let raw: String?
        let kept: Bool?
    }

    private struct Answers: Decodable {
        let results: [String: String]
        let raw: [String: String]
        let kept: [String]?
    }

    private func clean(_ client: some TestClientProtocol, _ body: String) async throws -> TestResponse {
        try await client.execute(uri: "/clean", method: .post, body: ByteBuffer(string: body))
    }

    private func ask(_ client: some TestClientProtocol, _ prompts: String, _ clean: String) async throws -> TestResponse
    {
        let image = Demo.image.base64EncodedString()
        return try await client.post(Data(#"{"prompt": \#(prompts), "clean": \#(clean), "image": "\#(image)"}"#.utf8))
    }

    @Test("POST /clean cleans texts, says which it could not, and wakes no model")
    func texts() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            let response = try await clean(
                client,
                #"""
                {"texts": ["The image shows a cat in the background.", "1girl, 1GIRL, solo", "The image shows.", ""],
                 "clean": {"trim_preamble": true, "strip_location": true, "dedupe_tags": true, "max_words": 5}}
                """#)
            #expect(response.status == .ok)
            let answer = try response.decoded(CleanTextsResponse.self)
            #expect(answer == .init(texts: ["A cat.", "1girl, solo", "The image shows.", ""]))
            let none = try await clean(client, #"{"texts": ["cat, dog"], "clean": {"exclude_tags": ["*"]}}"#)
            #expect(try none.decoded(CleanTextsResponse.self) == .init(texts: ["cat, dog"], kept: [0]))
            let nothing = try await clean(client, #"{"texts": [" a "]}"#)
            #expect(try nothing.decoded(CleanTextsResponse.self) == .init(texts: [" a "]))
        }
        #expect(loads.value == 0)
    }

    @Test(
        "each member of clean does what it says",
        arguments: [
            (#""trim_preamble": true"#, "This is a photo of a cat.", "A cat."),
            (#""strip_location": true"#, "A cat on the left, a dog on the right.", "A cat, a dog."),
            (#""replace": [["cat", "dog"], ["dog", "cow"]]"#, "a cat", "a cow"),
            (#""tags_underscore": true"#, "long hair, solo", "long_hair, solo"),
            (#""tags_space": true"#, "long_hair, ^_^", "long hair, ^_^"),
            (#""exclude_tags": ["LONG_*"]"#, "long hair, solo", "solo"),
            (#""dedupe_tags": true"#, "solo, Solo, dog", "solo, dog"),
            (#""sort_tags": true, "first_tags": ["solo"]"#, "dog, cat, solo", "solo, cat, dog"),
            (#""max_tags": 1, "kind": "tags""#, "a dog, a cat", "a dog"),
            (#""max_tags": 1, "kind": "text""#, "dog, cat", "dog, cat"),
            (#""max_words": 3"#, "A cat. A dog sits.", "A cat."),
            (#""max_chars": 4, "trim_preamble": null"#, "猫が窓辺に。", "猫が窓辺"),
        ])
    func members(clean member: String, text: String, expected: String) async throws {
        try await Demo.application().test(.router) { client in
            let response = try await clean(client, #"{"texts": ["\#(text)"], "clean": {\#(member)}}"#)
            #expect(try response.decoded(CleanTextsResponse.self).texts == [expected])
        }
    }

    @Test(
        "what is wrong is told by its name",
        arguments: [
            (#"{"trim": true}"#, HTTPResponse.Status.badRequest, #"The field "clean" has no "trim". It knows kind"#),
            (#"{"max_words": 0}"#, .badRequest, #"The field "clean.max_words" must be from 1"#),
            (#"{"max_words": "3"}"#, .unprocessableContent, #"The field "clean.max_words" must be a whole number."#),
            (#"{"trim_preamble": 1}"#, .unprocessableContent, #""clean.trim_preamble" must be true or false"#),
            (#"{"kind": "poem"}"#, .badRequest, #""clean.kind" must be "text" or "tags" or "auto""#),
            (
                #"{"exclude_tags": "tags.txt"}"#, .unprocessableContent,
                #""clean.exclude_tags" must be a list of strings"#
            ),
            (#"{"replace": ["a=b"]}"#, .unprocessableContent, "must be a list of pairs"),
            (#"{"exclude_tags": ["*\#(String(repeating: "a", count: 61))"]}"#, .badRequest, "at most 60 characters"),
            (#"{"replace": [["a", "\#(String(repeating: "b", count: 201))"]]}"#, .badRequest, "at most 200 characters"),
            (#"{"replace": [["", "b"]]}"#, .badRequest, "pairs whose first text is not empty"),
            (#"{"tags_space": true, "tags_underscore": true}"#, .badRequest, "tags_underscore"),
            (#"[]"#, .unprocessableContent, #"The field "clean" must be an object."#),
        ])
    func wrong(field: String, status: HTTPResponse.Status, words: String) async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            for response in [
                try await clean(client, #"{"texts": ["a"], "clean": \#(field)}"#),
                try await ask(client, #""CAPTION""#, field),
            ] {
                #expect(response.status == status)
                let detail = try response.detail
                #expect(detail.contains(words), "\(detail)")
                #expect(try response.code == .invalidField)
            }
        }
        #expect(loads.value == 0)
    }

    @Test("too much is refused before it is read or cleaned")
    func limits() async throws {
        try await Demo.application().test(.router) { client in
            let many = "[" + Array(repeating: #""a""#, count: 5001).joined(separator: ",") + "]"
            let long = String(repeating: "a", count: 70_000)
            let large = String(repeating: "a", count: 1 << 20)
            for (body, status) in [
                (#"{"texts": \#(many)}"#, HTTPResponse.Status.badRequest),
                (#"{"texts": ["\#(long)"]}"#, .badRequest), (#"{"texts": ["\#(large)"]}"#, .contentTooLarge),
                (#"{}"#, .unprocessableContent), (#"{"texts": "a"}"#, .unprocessableContent),
                (#"{"texts": [1]}"#, .unprocessableContent), ("{", .badRequest),
            ] {
                let response = try await clean(client, body)
                #expect(response.status == status, "\(body.prefix(40))")
            }
        }
    }

    private func body(_ text: String, _ count: Int, _ rules: [String]) -> String {
        let texts = Array(repeating: "\"\(text)\"", count: count).joined(separator: ",")
        return #"{"texts":[\#(texts)],"clean":{"replace":[\#(rules.joined(separator: ","))]}}"#
    }

    @Test("texts and rules that are too much work together are 400, thousands of captions with many rules are not")
    func work() async throws {
        let nested = String(repeating: "a", count: 30_000) + String(repeating: "b", count: 30_000)
        let letters = String(repeating: "a", count: 60_000)
        try await Demo.application().test(.router) { client in
            for hostile in [
                body(nested, 14, Array(repeating: #"["ab",""]"#, count: 100)),
                body(letters, 15, Array(repeating: #"["a","bb"],["bb","a"]"#, count: 50)),
            ] {
                let response = try await clean(client, hostile)
                #expect(response.status == .badRequest)
                #expect(try response.code == .invalidField)
                #expect(try response.detail.contains("more than 500 million steps"))
                #expect(try response.detail.contains("Send fewer texts at a time"))
            }
            let caption = String(repeating: "a brown dog sits beside the river, ", count: 14)
            let usual = (0..<20).map { #"["\#($0 % 2 == 0 ? "dog" : "word\($0)")","cat\#($0)"]"# }
            let response = try await clean(client, body(caption, 2000, usual))
            #expect(response.status == .ok)
            #expect(try response.decoded(CleanTextsResponse.self).texts.last?.hasPrefix("a brown cat0 sits") == true)
        }
    }

    @Test("many texts are cleaned a share at a time, so that others have their turn in between")
    func shares() throws {
        let nested = String(repeating: "a", count: 30_000) + String(repeating: "b", count: 30_000)
        var cleanUp = CleanUp()
        cleanUp.replacements = Array(repeating: Replacement("ab", with: ""), count: 100)
        var much = TextsCleaning(Array(repeating: nested, count: 4), cleanUp, as: nil)
        for done in 1...4 {
            #expect(!much.isDone)
            try much.goOn()
            #expect(much.answer.texts.count == done)
        }
        #expect(much.isDone)
        var little = TextsCleaning(Array(repeating: "ab c", count: 1000), cleanUp, as: nil)
        try little.goOn()
        #expect(little.isDone && little.answer.texts.allSatisfy { $0 == "c" })
    }

    @Test("what is wrong with the body is said in words of texts, not of pictures")
    func words() async throws {
        try await Demo.application().test(.router) { client in
            for (body, status, words) in [
                (#"{"texts": ["#, HTTPResponse.Status.badRequest, "The body is not valid JSON: "),
                ("[]", .unprocessableContent, "The body must be one JSON object."),
                (
                    #"{"texts": ["\#(String(repeating: "a", count: 1 << 20))"]}"#, .contentTooLarge,
                    "The request is larger than 1 MB. Send fewer texts at a time."
                ),
            ] {
                let response = try await clean(client, body)
                let detail = try response.detail
                #expect(response.status == status && detail.hasPrefix(words), "\(detail)")
                #expect(!detail.contains("image") && !detail.contains("picture"), "\(detail)")
                #expect(status == .contentTooLarge || detail.contains(#"Send {"texts": ["#), "\(detail)")
            }
        }
    }

    @Test("an answer has the cleaned text as its result, and the model's own beside it")
    func result() async throws {
        let text = try Demo.text("<CAPTION>")
        try await Demo.application().test(.router) { client in
            let response = try await ask(client, #""CAPTION""#, #"{"max_words": 3, "replace": [["red", "blue"]]}"#)
            let answer = try response.decoded(Answer.self)
            #expect(answer.result == "a blue square" && answer.raw == text && answer.kept == nil)
            let kept = try await ask(client, #""CAPTION""#, #"{"kind": "tags", "exclude_tags": ["*"]}"#)
            #expect(try kept.decoded(Answer.self).result == text)
            #expect(try kept.decoded(Answer.self).kept == true)
        }
    }

    @Test("of a list each text is cleaned as its task asks for, and places are left alone")
    func results() async throws {
        let (caption, tags) = (try Demo.text("<CAPTION>"), try Demo.text("<GENERATE_TAGS>"))
        let sorted = tags.split(separator: ", ").sorted().joined(separator: ", ")
        try await Demo.application().test(.router) { client in
            let response = try await ask(client, #"["CAPTION", "GENERATE_TAGS"]"#, #"{"sort_tags": true}"#)
            let answers = try response.decoded(Answers.self)
            #expect(answers.raw == ["CAPTION": caption, "GENERATE_TAGS": tags])
            #expect(answers.results["CAPTION"] == caption)
            #expect(answers.results["GENERATE_TAGS"] == sorted)
            let places = try await ask(client, #""OD""#, #"{"max_words": 1}"#)
            #expect(places.status == .ok && !String(buffer: places.body).contains("raw"))
        }
    }

    @Test("a form and a query take the object as JSON")
    func form() async throws {
        try await Demo.application().test(.router) { client in
            let query = "prompt=CAPTION&clean=%7B%22max_words%22:3%7D"
            let response = try await client.execute(
                uri: "/process_image?\(query)", method: .post, headers: [.contentType: "image/png"],
                body: ByteBuffer(bytes: Demo.image))
            #expect(try response.result == "a red square")
            let wrong = try await client.execute(
                uri: "/process_image?prompt=CAPTION&clean=x", method: .post, headers: [.contentType: "image/png"],
                body: ByteBuffer(bytes: Demo.image))
            #expect(wrong.status == .badRequest)
            #expect(try wrong.detail == #"The field "clean" cannot be read: byte 1 does not belong there."#)
        }
    }

    @Test("in a stream the cleaned text is one last piece")
    func stream() async throws {
        let image = Demo.image.base64EncodedString()
        let body = #"{"prompt": ["CAPTION", "OCR"], "clean": {"max_words": 3}, "image": "\#(image)"}"#
        try await Demo.application().test(.live) { client in
            let response = try await client.execute(
                uri: "/process_image", method: .post, headers: [.accept: "text/event-stream"],
                body: ByteBuffer(string: body))
            let text = String(buffer: response.body)
            let events = text.split(separator: "\n\n").map(String.init)
            let pieces = events.filter { $0.hasPrefix("event: text") }
            #expect(pieces.count == 2, "\(text)")
            #expect(pieces.first == "event: text\ndata: {\"index\":0,\"text\":\"a red square\"}")
            #expect(events.suffix(3).map { $0.prefix(13) } == ["event: text\nd", "event: text\nd", "event: result"])
            #expect(events.last?.contains(#""raw":{"CAPTION":"a red square, "#) == true)
        }
    }
}
