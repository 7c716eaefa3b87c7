import Captioning
import Eventually
import FakeEngine
import Florence2
import Foundation
import HTTPDoor
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Loopback
import ModelContext
import Serving
import Synchronization
import Testing
import VisionAPI
import VisionAPITypes

@Suite("POST /mcp", .timeLimit(.minutes(10)))
struct ToolTests {
    private static let image = Demo.image.base64EncodedString()

    private static func call(
        _ tool: String, _ arguments: String = "", image: String = image, id: String = "0", token: String? = nil
    ) -> String {
        let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
        return #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
            + #""arguments":{"image":"\#(image)"\#(arguments)}\#(meta)}}"#
    }

    private struct Outcome: Decodable {
        let content: [[String: String]]
        let isError: Bool
    }

    private struct Message: Decodable {
        let id: Int
        let result: Outcome
    }

    /// What a call says, which must not have failed, or must have.
    private static func text(_ response: TestResponse, isError: Bool = false) throws -> String {
        #expect(response.status == .ok && response.headers[.contentType] == "application/json")
        let message = try response.decoded(Message.self)
        #expect(message.id == 0 && message.result.isError == isError, "\(message)")
        #expect(message.result.content.first?["type"] == "text")
        return message.result.content.first?["text"] ?? ""
    }

    @Test("a tool answers what its task answers, places as JSON")
    func tools() async throws {
        try await Demo.application().test(.router) { client in
            for (tool, arguments, prompt) in [
                ("caption", "", "<MORE_DETAILED_CAPTION>"), ("caption", #","detail":"brief""#, "<CAPTION>"),
                ("tags", "", "<GENERATE_TAGS>"), ("read_text", "", "<OCR>"),
                ("describe", #","task":"detailed caption""#, "<DETAILED_CAPTION>"),
            ] {
                let text = try Self.text(try await client.send(Self.call(tool, arguments)))
                #expect(text == (try Demo.text(prompt)) && !text.isEmpty, "\(tool) \(arguments)")
            }
            let places = try Self.text(try await client.send(Self.call("detect")))
            let boxes = try await client.processImage("<OD>")
            #expect(String(buffer: boxes.body) == #"{"result":\#(places)}"# && places.hasPrefix(#"{"bboxes":[["#))
            let phrase = try Self.text(try await client.send(Self.call("detect", #","phrase":"a green heart""#)))
            #expect(phrase.hasPrefix(#"{"bboxes":"#))
        }
    }

    @Test("a model that knows no tags answers with the names of objects")
    func tags() async throws {
        guard case .boxes(_, let labels) = try Demo.answer("<OD>") else { return }
        let configuration = ServerConfiguration(modelName: "Florence-2-base")
        try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            let text = try Self.text(try await client.send(Self.call("tags")))
            #expect(Set(text.components(separatedBy: ", ")) == Set(labels) && !text.isEmpty)
        }
    }

    @Test("an image comes as base64 or as a data: URL, escaped or not")
    func images() async throws {
        let expected = try Demo.text("<CAPTION>")
        try await Demo.application().test(.router) { client in
            for image in [
                Self.image, "data:image/png;base64,\(Self.image)", Self.image.replacing("/", with: "\\/"),
                "\\u0064ata:;base64,\(Self.image)",
            ] {
                let response = try await client.send(Self.call("caption", #","detail":"brief""#, image: image))
                #expect(try Self.text(response) == expected)
            }
        }
    }

    @Test("what is wrong with a call is a result that says so in a sentence, and loads nothing")
    func toolErrors() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            for (body, words) in [
                (Self.call("caption", image: "aGFsbG8="), "is no picture"),
                (Self.call("caption", image: "!"), "not valid base64"), (Self.call("caption", image: ""), "is empty"),
                (Self.call("caption", image: "C:\\\\cat.jpg"), "vision-client mcp --root"),
                (Self.call("caption", image: "https://example.com/cat.jpg"), "neither"),
                (Self.call("caption", #","detail":"long""#), "brief, detailed, more"),
                (Self.call("describe", #","task":"nonsense""#), "Unknown prompt"),
                (Self.call("describe", #","task":"OD","text":"x""#), "must stand alone"),
                (Self.call("describe", #","task":"REGION_TO_OCR""#), "needs a region"),
                (Self.call("detect", #","phrase":5"#), "must be a string"),
                (#"{"id":0,"method":"tools/call","params":{"name":"tags"}}"#, "\"image\" is missing"),
            ] {
                let text = try Self.text(try await client.send(body), isError: true)
                #expect(text.contains(words) && text.hasSuffix("."), "\(text)")
            }
        }
        #expect(loads.value == 0)
    }

    @Test("errors of the protocol go out with 200, but what is no message with 400; what wants no answer gets 202")
    func protocolErrors() async throws {
        try await Demo.application().test(.router) { client in
            for (body, status, words) in [
                (#"{"id":0,"method":"resources/list"}"#, HTTPResponse.Status.ok, #"{"error":{"code":-32601"#),
                (Self.call("nonsense"), .ok, #"{"error":{"code":-32602"#), ("{", .badRequest, "-32700"),
                ("", .badRequest, "-32700"), ("[]", .badRequest, "-32600"),
                (#"{"method":"notifications/initialized"}"#, .accepted, ""),
                (#"{"method":"notifications/cancelled","params":{"requestId":0}}"#, .accepted, ""),
                (#"{"id":0,"method":"ping"}"#, .ok, #"{"id":0,"jsonrpc":"2.0","result":{}}"#),
            ] {
                let response = try await client.send(body)
                let text = String(buffer: response.body)
                #expect(response.status == status && (words.isEmpty || text.contains(words)), "\(body): \(text)")
                #expect(status != .accepted || text.isEmpty)
                #expect(status == .accepted || response.headers[.contentType] == "application/json")
                #expect(response.headers[.mcpSession] == nil)
            }
        }
    }

    @Test("a GET and a DELETE are 405 at once, in the protocol's shape")
    func otherMethods() async throws {
        try await Demo.application().test(.router) { client in
            for method in [HTTPRequest.Method.get, .delete] {
                let response = try await client.execute(
                    uri: "/mcp", method: method, headers: [.accept: "text/event-stream"])
                #expect(response.status == .methodNotAllowed && response.headers[.allow]?.contains("POST") == true)
                #expect(String(buffer: response.body).hasPrefix(#"{"error":{"code":-32000,"#))
            }
        }
    }

    @Test("what the door refuses keeps its status, in the protocol's shape")
    func refusals() async throws {
        let keys = try #require(APIKeys(["secret"]))
        let configuration = ServerConfiguration(door: .init(apiKeys: keys), modelName: "demo", maxBodySize: 1000)
        try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            let closed = try await client.send(#"{"id":0,"method":"ping"}"#)
            #expect(closed.status == .unauthorized && closed.headers[.wwwAuthenticate] == "Bearer")
            let large = try await client.send(Self.call("caption"), [.authorization: "Bearer secret"])
            #expect(large.status == .contentTooLarge)
            let foreign = try await client.send(
                "{}", [.authorization: "Bearer secret", .origin: "https://example.com"])
            #expect(foreign.status == .forbidden)
            for response in [closed, large, foreign] {
                let text = String(buffer: response.body)
                #expect(text.hasPrefix(#"{"error":{"code":-32000,"message":""#) && text.contains(#""id":null"#))
            }
            let open = try await client.send(#"{"id":0,"method":"ping"}"#, [.authorization: "Bearer secret"])
            #expect(open.status == .ok)
        }
    }

    /// The messages of a stream.
    private static func messages(_ text: String) -> [String] {
        text.components(separatedBy: "\n\n").compactMap { event in
            let lines = event.split(separator: "\n")
            return lines.count == 2 && lines[0] == "event: message" ? String(lines[1].dropFirst(6)) : nil
        }
    }

    @Test("progress comes to who asks for it, before the answer")
    func progress() async throws {
        let expected = try Demo.text("<MORE_DETAILED_CAPTION>")
        try await Demo.application().test(.live) { client in
            let response = try await client.send(Self.call("caption", token: #""t""#))
            #expect(response.status == .ok && response.headers[.contentType] == "text/event-stream")
            var messages = Self.messages(String(buffer: response.body))
            let last = try JSONDecoder().decode(Message.self, from: Data(messages.removeLast().utf8))
            #expect(last.id == 0 && last.result.content.first?["text"] == expected && !last.result.isError)
            #expect(!messages.isEmpty && messages.contains { $0.contains("looks at the picture") })
            for (index, message) in messages.enumerated() {
                #expect(message.contains(#""progress":\#(index + 1),"progressToken":"t""#), "\(message)")
            }
            let bad = try await client.send(Self.call("caption", image: "!", token: "1"))
            let failure = try #require(Self.messages(String(buffer: bad.body)).last)
            #expect(bad.status == .ok && failure.contains(#""isError":true"#) && failure.contains("base64"))
        }
    }

    /// Around an engine that waits at each step.
    private func withFakeEngine(
        _ configuration: ServerConfiguration, _ limits: ModelHostLimits = .init(maxConcurrent: 1),
        step: @escaping @Sendable () throws -> Void,
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let worker = CaptionWorker(maxBatch: limits.maxConcurrent) {
            try Captioner.fake(FakeEngine { rows in if !rows.isEmpty { try step() } })
        }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let host = ModelHost(name: "fake", limits: limits, clock: ContinuousClock(), logger: logger, runner: worker)
        try await Demo.application(around: host, configuration).test(.live) { try await body($0) }
    }

    /// A question on a connection of its own: the client has one for all of its requests.
    private static func ask(_ client: any TestClientProtocol) throws -> LoopbackConnection {
        let connection = try LoopbackConnection(port: try #require(client.port))
        let body = #"{"image":"\#(image)","prompt":"a cat on a mat"}"#
        try connection.send(
            "POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return connection
    }

    @Test("a call that does not begin in time says how many wait, and leaves the queue", arguments: [nil, "1"])
    func patience(token: String?) async throws {
        let latch = DispatchSemaphore(value: 0)
        let configuration = ServerConfiguration(
            modelName: "fake", anyPrompt: true, toolPatience: .milliseconds(200))
        try await withFakeEngine(configuration) {
            latch.wait()
            latch.signal()
        } _: { client in
            defer { latch.signal() }
            let first = try Self.ask(client)
            try await eventually { try await client.get("/status").decoded(StatusBody.self).queue.running == 1 }
            let second = try await client.send(Self.call("caption", token: token))
            let text = String(buffer: second.body)
            #expect(second.status == .ok && text.contains(#""isError":true"#), "\(text)")
            #expect(text.contains("0 others wait"), "\(text)")
            try await eventually { try await client.get("/status").decoded(StatusBody.self).queue.waiting == 0 }
            latch.signal()
            #expect(await first.receive(until: "result").contains("200 OK"))
            // Once it has begun it may take longer.
            let third = try await client.send(Self.call("caption"))
            #expect(String(buffer: third.body).contains(#""isError":false"#))
        }
    }

    @Test("a full queue is a result that says so, and the lists are answered all the same")
    func fullQueue() async throws {
        let latch = DispatchSemaphore(value: 0)
        try await withFakeEngine(.init(modelName: "fake", anyPrompt: true), .init(maxConcurrent: 1, maxQueued: 1)) {
            latch.wait()
            latch.signal()
        } _: { client in
            defer { latch.signal() }
            let first = try Self.ask(client)
            try await eventually { try await client.get("/status").decoded(StatusBody.self).queue.running == 1 }
            let second = try Self.ask(client)
            try await eventually { try await client.get("/status").decoded(StatusBody.self).queue.waiting == 1 }
            let text = try Self.text(try await client.send(Self.call("caption")), isError: true)
            #expect(text.contains("1 request waits already"), "\(text)")
            let list = try await client.send(#"{"id":0,"method":"tools/list"}"#)
            #expect(list.status == .ok)
            latch.signal()
            #expect(await first.receive(until: "result").contains("200 OK"))
            #expect(await second.receive(until: "result").contains("200 OK"))
        }
    }

    @Test("a model that fails in the middle is a result in a stream, and a status otherwise")
    func failure() async throws {
        try await withFakeEngine(.init(modelName: "fake", anyPrompt: true)) {
            throw FakeEngine.Failure()
        } _: { client in
            let streamed = try await client.send(Self.call("caption", token: "1"))
            let last = try #require(Self.messages(String(buffer: streamed.body)).last)
            #expect(last.contains(#""isError":true"#) && last.contains("log says why"), "\(last)")
            let whole = try await client.send(Self.call("caption"))
            #expect(whole.status == .internalServerError)
            #expect(String(buffer: whole.body).contains("-32000"))
        }
    }

    @Test("the tasks that are listed are those of the model")
    func tasks() {
        #expect(TaskNames.all.map { "<\($0)>" } == FlorenceTask.allCases.map(\.token))
    }
}

extension TestClientProtocol {
    fileprivate func send(_ message: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        var headers = headers
        headers[.accept] = "application/json, text/event-stream"
        headers[.contentType] = "application/json"
        return try await execute(uri: "/mcp", method: .post, headers: headers, body: ByteBuffer(string: message))
    }
}

extension HTTPField.Name {
    fileprivate static let mcpSession = HTTPField.Name("mcp-session-id") ?? .cookie
    fileprivate static let origin = HTTPField.Name("origin") ?? .cookie
}
