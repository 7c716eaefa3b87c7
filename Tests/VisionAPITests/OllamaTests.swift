import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI
import VisionAPITypes

@Suite("Ollama's dialect", .timeLimit(.minutes(10)))
struct OllamaTests {
    private static let images = #""images":["\#(Chats.base64)"]"#
    private static let expected = Result { try Demo.text("<MORE_DETAILED_CAPTION>") }

    /// A path, a body without its end, and where the text stands.
    private static let routes: [(String, String, @Sendable ([String: Any]) -> String?)] = [
        ("/api/generate", #"{"model":"m","prompt":"What is this?",\#(images)"#, { $0["response"] as? String }),
        (
            "/api/chat", #"{"model":"m","messages":[{"role":"user","content":"What is this?",\#(images)}]"#,
            { ($0["message"] as? [String: String])?["content"] }
        ),
        (
            "/api/chat",
            #"{"model":"m","prompt":[],\#(images),"messages":[{"role":"user","content":"What?",\#(images)}]"#,
            { ($0["message"] as? [String: String])?["content"] }
        ),
    ]

    @Test("lines by default, the text in pieces, the end by itself; one object with stream false", arguments: 0..<3)
    func answers(_ number: Int) async throws {
        let (path, body, text) = Self.routes[number]
        let expected = try Self.expected.get()
        try await Demo.application().test(.live) { client in
            let stream = try await client.chat(path, body + "}")
            #expect(stream.headers[.contentType] == "application/x-ndjson")
            let lines = try stream.lines
            #expect(lines.compactMap(text).joined() == expected && lines.count > 4)
            #expect(lines.dropLast().allSatisfy { $0["done"] as? Bool == false })
            let whole = try await client.chat(path, body + #","stream":false}"#)
            #expect(whole.headers[.contentType]?.hasPrefix("application/json") == true)
            #expect(text(try whole.json) == expected)
            for end in [try #require(lines.last), try whole.json] {
                #expect(end["done"] as? Bool == true && end["done_reason"] as? String == "stop")
                #expect(end["model"] as? String == "m" && text(end) != nil)
                #expect((end["context"] as? [Int] == []) == (path == "/api/generate"))
                #expect((end["total_duration"] as? Int ?? 0) > 0 && (end["eval_count"] as? Int ?? 0) > 5)
            }
        }
    }

    @Test("nothing asked loads, and unloads with keep_alive 0; ps tells of the model while it is there")
    func loading() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.live) { client in
            func running() async throws -> Int {
                (try await client.get("/api/ps").json["models"] as? [Any])?.count ?? -1
            }
            #expect(try await running() == 0)
            for (path, body) in [("/api/generate", #""prompt":"""#), ("/api/chat", #""messages":[]"#)] {
                for keepAlive in [#""10m""#, "-1", "300", "1.5", #""1h30m""#, "null", #""300""#] {
                    let loaded = try await client.chat(path, #"{"model":"m",\#(body),"keep_alive":\#(keepAlive)}"#)
                    #expect(try loaded.json["done_reason"] as? String == "load", "\(keepAlive)")
                    #expect((try loaded.json["context"] as? [Int] == []) == (path == "/api/generate"))
                    #expect(try await running() == 1)
                }
                for keepAlive in ["0", "0.0", #""0s""#] {
                    let gone = try await client.chat(path, #"{"model":"m",\#(body),"keep_alive":\#(keepAlive)}"#)
                    #expect(try gone.json["done_reason"] as? String == "unload", "\(keepAlive)")
                    #expect(try await running() == 0)
                }
            }
            #expect(loads.value == 2)
            let wrong = try await client.chat("/api/generate", #"{"keep_alive":"soon"}"#)
            #expect(wrong.status == .badRequest)
            #expect(try wrong.json["error"] is String)
        }
    }

    @Test("lists say what clients look for, and wake no model")
    func lists() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            let models = try #require(try await client.get("/api/tags").json["models"] as? [[String: Any]])
            #expect(models.allSatisfy { ($0["name"] as? String)?.contains(":") == true })
            #expect(models.allSatisfy { $0["name"] as? String == $0["model"] as? String })
            #expect(
                models.allSatisfy { ($0["size"] as? Int ?? 0) > 1_000_000 && ($0["digest"] as? String)?.count == 64 })
            let names = models.compactMap { $0["name"] as? String }
            #expect(names.starts(with: ["demo:latest", "florence-2:latest", "florence-2-vision:latest"]))
            for field in ["model", "name"] {
                for name in ["florence-2", "demo:latest"] {
                    let card = try await client.chat("/api/show", #"{"\#(field)":"\#(name)"}"#).json
                    #expect(card["capabilities"] as? [String] == ["completion", "vision"])
                    #expect(card["model_info"] is [String: Any] && card["license"] is String)
                }
                #expect(try await client.chat("/api/show", #"{"\#(field)":"llava"}"#).status == .notFound)
                #expect(try await client.chat("/api/pull", #"{"\#(field)":"llava"}"#).status == .notFound)
                let pull = try await client.chat("/api/pull", #"{"\#(field)":"florence-2","stream":false}"#)
                #expect(try pull.json["status"] as? String == "success")
            }
            #expect(try await client.get("/api/version").json["version"] is String)
        }
        #expect(loads.value == 0)
    }

    @Test("a bad image is 400, a missing route 404, a wrong method 405, each with its sentence")
    func errors() async throws {
        try await Demo.application().test(.router) { client in
            let bad = try await client.chat("/api/generate", #"{"images":["AAAA"]}"#)
            #expect(bad.status == .badRequest)
            #expect(try bad.json["error"] is String)
            #expect(try await client.get("/api/embed").status == .notFound)
            #expect(try await client.get("/api/embed").json["error"] is String)
            #expect(try await client.get("/api/generate").status == .methodNotAllowed)
        }
    }
}
