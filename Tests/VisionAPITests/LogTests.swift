import Eventually
import Foundation
import Loopback
import Testing

@Suite("The log", .serialized)
struct LogTests {
    private static let key = "SeCrEt-KeY-123"
    private static let words = "zebra-words-of-the-prompt"

    /// The entries of a log in JSON, in order; a line that is none is an issue.
    private func entries(_ log: String) -> [[String: Any]] {
        log.split(separator: "\n").compactMap { line in
            let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            if entry == nil { Issue.record("no JSON object: \(line)") }
            return entry
        }
    }

    private func server(
        _ options: [String] = [], _ environment: [String: String] = [:], port: Int = 0
    ) throws -> RunningProgram {
        try RunningProgram(
            ["--model", "demo", "--port", "\(port)"] + options,
            environment: environment.merging(["VISION_SERVER_API_KEYS": Self.key]) { $1 })
    }

    private func ask(
        _ port: Int, _ request: String, _ fields: [String] = [], body: String = ""
    ) async throws -> String {
        try await LoopbackConnection.ask(port, request, ["x-api-key: \(Self.key)"] + fields, body: body)
    }

    @Test("what the page asks again and again is no line at info, unless it is refused")
    func polls() async throws {
        let server = try server(["--log-format", "json"])
        let port = try await server.port()
        _ = try await ask(port, "GET /status?poll=1")
        _ = try await ask(port, "GET /status")
        _ = try await LoopbackConnection.ask(port, "GET /status?poll=1")
        server.terminate()
        let requests = entries(server.finish().errors).filter { $0["message"] as? String == "request" }
        #expect(requests.map { $0["status"] as? Int } == [200, 401])
    }

    @Test("a request is one line of JSON with all that is known of it, and nothing that is nobody's business")
    func json() async throws {
        let server = try server(["--log-format", "json"])
        let port = try await server.port()
        let image = Demo.image.base64EncodedString()
        let caption = try await ask(
            port, "POST /process_image", ["x-request-id: one.2_3-4"],
            body: #"{"prompt": ["<OD>", "<CAPTION_TO_PHRASE_GROUNDING>\#(Self.words)"], "image": "\#(image)"}"#)
        #expect(caption.lowercased().contains("\r\nx-request-id: one.2_3-4\r\n"))
        let refusal = try await ask(port, "POST /process_image?key=\(Self.key)", body: #"{"prompt": "\#(Self.words)"}"#)
        _ = try await LoopbackConnection.ask(port, "GET /status", ["authorization: Bearer \(Self.words)"])
        try LoopbackConnection(port: port).send(
            "POST /process_image HTTP/1.1\r\nHost: x\r\nx-api-key: \(Self.key)\r\nContent-Length: 9\r\n\r\n{")
        try await eventually { server.errors.contains("\"status\":499") }
        server.terminate()
        let log = server.finish().errors

        let requests = entries(log).filter { $0["message"] as? String == "request" }
        #expect(requests.map { $0["status"] as? Int } == [200, 422, 401, 499])
        let answered = try #require(requests.first)
        #expect(answered["id"] as? String == "one.2_3-4" && answered["client"] as? String == "127.0.0.1")
        #expect(answered["method"] as? String == "POST" && answered["path"] as? String == "/process_image")
        #expect(answered["task"] as? String == "<OD>,<CAPTION_TO_PHRASE_GROUNDING>")
        #expect(answered["width"] as? Int == 640 && answered["height"] as? Int == 480)
        #expect(answered["ms"] as? Int != nil && answered["wait_ms"] as? Int != nil)
        #expect(answered["code"] == nil && answered["level"] as? String == "info")
        #expect(requests[1]["code"] as? String == "missing_field" && requests[1]["wait_ms"] == nil)
        let made = try #require(requests[1]["id"] as? String)
        #expect(made.count == 16 && refusal.lowercased().contains("\r\nx-request-id: \(made)\r\n"))
        #expect(requests[2]["code"] as? String == "unauthorized")
        for secret in [Self.key, Self.words, String(image.prefix(20))] { #expect(!log.contains(secret)) }
    }

    @Test("a field that is like a known one is named in the request's line; others are nobody's business")
    func misspelt() async throws {
        let server = try server(["--log-format", "json"])
        let port = try await server.port()
        let image = Demo.image.base64EncodedString()
        let bodies = [
            #"{"Prompt": "<OD>", "image": "\#(image)"}"#,
            #"{"prompt": "<CAPTION>", "image": "\#(image)", "temperature": 1, "NUM_BEAMS": 2, "keepalive": 1}"#,
            #"{"prompt": "<CAPTION>", "image": "\#(image)", "temperature": 1, "prompt\n": 1, "pic": 1}"#,
        ]
        for body in bodies { _ = try await ask(port, "POST /process_image", body: body) }
        server.terminate()
        let requests = entries(server.finish().errors).filter { $0["message"] as? String == "request" }
        #expect(requests.map { $0["status"] as? Int } == [422, 200, 200])
        #expect(requests.map { $0["unknown_fields"] as? String } == ["Prompt", "NUM_BEAMS,keepalive", nil])
    }

    @Test("who asks how the server is stands in the log at debug only, and a level hides what is below it")
    func levels() async throws {
        for (level, probes, requests) in [("debug", 3, 1), ("info", 0, 1), ("error", 0, 0)] {
            // Where the start line is hidden, the port has to be known: one that was free a moment ago.
            let port = try LoopbackListener(answer: "").port
            let server = try server(
                [], ["VISION_SERVER_LOG_LEVEL": level, "VISION_SERVER_LOG_FORMAT": "JSON"], port: port)
            try await eventually("the server") { (try? LoopbackConnection(port: port)) != nil }
            for path in ["/health", "/ready", "/metrics", "/model"] {
                #expect(try await ask(port, "GET \(path)").hasPrefix("HTTP/1.1 200 "))
            }
            server.terminate()
            let log = server.finish().errors
            #expect(log.isEmpty == (level == "error"))
            let paths = entries(log).compactMap { $0["path"] as? String }
            #expect(paths.filter { $0 != "/model" }.count == probes)
            #expect(paths.filter { $0 == "/model" }.count == requests)
        }
    }

    @Test("nothing that is sent forges a line, in either form", arguments: ["text", "json"])
    func forgery(format: String) async throws {
        let server = try server(["--log-format", format])
        let port = try await server.port()
        let long = String(repeating: "a", count: 129)
        let bad = ["a b", "\"},{\"", "a\\u000a", "\u{1B}[31m", "ä", long, "a%0d%0ab;", "<x>"]
        for id in bad {
            let answer = try await ask(port, "GET /model", ["x-request-id: \(id)"])
            #expect(!answer.lowercased().contains("x-request-id: \(id.lowercased())\r\n"), "\(id)")
        }
        _ = try await ask(port, "GET /model", ["x-request-id: a", "x-request-id: b"])
        for path in ["/a%0d%0aforged", "/\u{2028}forged", "/\u{202E}forged", "/\"},{\"forged\":\"", "/\\", "/a=b%20c"] {
            _ = try await ask(port, "GET \(path)")
        }
        server.terminate()
        let log = server.finish().errors
        #expect(log.utf8.allSatisfy { $0 == UInt8(ascii: "\n") || (0x20...0x7E).contains($0) })
        if format == "json" {
            let requests = entries(log).filter { $0["message"] as? String == "request" }
            #expect(requests.count >= bad.count + 1)
            #expect(requests.allSatisfy { ($0["id"] as? String)?.count == 16 && $0["forged"] == nil })
        } else {
            let lines = log.split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} [a-z]+ [a-z-]+: \[/) })
            #expect(lines.filter { $0.hasSuffix(" status=200") }.count >= bad.count)
            #expect(log.contains(#" path="/\\" "#), "\(log)")
        }
    }

    @Test("what ends the server at its start is JSON, too, and a level or form that there is not is told")
    func ends() async throws {
        let taken = try Program.run(
            ["--model", "demo", "--host", "203.0.113.1", "--port", "0", "--log-format", "json"])
        #expect(taken.status == 1)
        let last = try #require(entries(taken.errors).last)
        #expect(last["level"] as? String == "critical")
        #expect((last["message"] as? String)?.contains("203.0.113.1") == true, "\(last)")
        let level = try Program.run(["--model", "demo", "--log-level", "loud"])
        #expect(level.status == 64)
        #expect(level.errors.contains("--log-level is \"loud\": it must be one of trace, debug,"), "\(level.errors)")
        let format = try Program.run(["--model", "demo"], environment: ["VISION_SERVER_LOG_FORMAT": "xml"])
        #expect(format.errors.contains("VISION_SERVER_LOG_FORMAT is \"xml\": it must be text or json."))
    }
}
