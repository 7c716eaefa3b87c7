import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI

@Suite("Schemas that close over what else they say, and examples in place of schemas")
struct UnevaluatedTests {
    /// What `GET /tasks` says that a schema is filled with.
    private func answer(_ schema: String) async throws -> String {
        let query = schema.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await Demo.application().test(.router) { client in
            let response = try await client.get("/tasks?schema=" + query)
            let body = try response.json
            if let refused = body["refused"] as? String { return "refused " + refused }
            let members = (body["json"] as? [String: Any] ?? [:]).keys.sorted()
            return members.joined(separator: ",")
        }
    }

    private static let title = #""properties":{"title":{"type":"string"}}"#
    private static let tags = #""properties":{"tags":{"type":"array"}}"#

    @Test(
        "unevaluatedProperties counts what stands in its own schema, by allOf, reference and choice, and nothing beside it",
        arguments: [
            (#"{\#(title),"unevaluatedProperties":false}"#, "title"),
            (#"{\#(title),"required":["tags"],"unevaluatedProperties":false}"#, "refused tags"),
            (#"{\#(title),"required":["tags"],"unevaluatedProperties":{"type":"boolean"}}"#, "refused tags"),
            (#"{\#(title),"required":["tags"],"unevaluatedProperties":{"type":"array"}}"#, "tags,title"),
            (#"{"allOf":[{\#(title)},{\#(tags)}],"required":["tags"],"unevaluatedProperties":false}"#, "tags,title"),
            (
                ##"{"$defs":{"a":{\##(title)}},"$ref":"#/$defs/a",\##(tags),"required":["title"],"##
                    + #""unevaluatedProperties":false}"#, "tags,title"
            ),
            (
                #"{"allOf":[{\#(title),"unevaluatedProperties":false},{\#(tags)}],"required":["tags"]}"#,
                "refused tags"
            ),
            (
                #"{"anyOf":[{\#(title),"required":["title"]},{"type":"boolean"}],"unevaluatedProperties":false}"#,
                "title"
            ),
        ])
    func unevaluated(schema: String, expected: String) async throws {
        #expect(try await answer(schema) == expected)
    }

    @Test(
        "Ollama's format may be an example of what is wanted",
        arguments: [
            (#"{"title":"a text","tags":["one"]}"#, ["tags", "title"]),
            (#"{"title":"","description":""}"#, ["description", "title"]),
            (#"{"type":"object","properties":{"title":{"type":"string"}}}"#, ["title"]), ("{}", ["caption", "tags"]),
            (#"{"type":"object"}"#, ["caption", "tags"]),
        ])
    func examples(format: String, members: [String]) async throws {
        let body = #"{"stream":false,"prompt":"x","images":["\#(Chats.base64)"],"format":\#(format)}"#
        try await Demo.application().test(.live) { client in
            let response = try await client.chat("/api/generate", body)
            #expect(response.status == .ok, "\(String(buffer: response.body))")
            let text = try response.json["response"] as? String ?? ""
            let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(json?.keys.sorted() == members, "\(text)")
        }
    }

    @Test("what a limit has cut is incomplete in every event that ends a part of it")
    func incomplete() async throws {
        let body =
            #"{"stream":true,"max_output_tokens":3,"input":[{"role":"user","content":[{"type":"input_text","text":"<CAPTION>"},"#
            + #"{"type":"input_image","image_url":"data:image/png;base64,\#(Chats.base64)"}]}]}"#
        try await Demo.application().test(.live) { client in
            let events = try await client.chat("/v1/responses", body).events
            let item = try #require(events.last { $0.contains("response.output_item.done") })
            #expect(item.contains(#""status":"incomplete""#) && !item.contains(#""status":"completed""#), "\(item)")
            #expect(events.last?.contains("response.incomplete") == true)
        }
    }

    @Test(
        "an unknown path is answered with what its dialect has",
        arguments: [
            ("/v1/embeddings", "Try GET /v1/models, POST /v1/chat/completions or POST /v1/responses."),
            ("/api/embed", "Try GET /api/tags, POST /api/chat or POST /api/generate."),
            ("/mcp/x", "Try POST /mcp."), ("/nothing", "Try GET /prompts, GET /model or POST /process_image."),
        ])
    func hints(path: String, hint: String) async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.execute(uri: path, method: .post)
            let text = String(buffer: response.body).replacing("\\/", with: "/")
            #expect(
                response.status == .notFound && text.contains("There is nothing at this address. " + hint), "\(text)")
            #expect(text.components(separatedBy: "Try ").count == 2, "\(text)")
        }
    }
}
