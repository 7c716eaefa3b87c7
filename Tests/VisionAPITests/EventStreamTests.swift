import Captioning
import Eventually
import FakeEngine
import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Loopback
import Serving
import Synchronization
import Testing
import VisionAPI
import VisionAPITypes

@Suite("Answers of /process_image as events", .timeLimit(.minutes(10)))
struct EventStreamTests {
    private struct Event {
        let name: String
        let data: Data

        func decoded<T: Decodable>(_ type: T.Type) throws -> T { try JSONDecoder().decode(type, from: data) }
    }

    private static func events(_ text: some StringProtocol) -> [Event] {
        text.components(separatedBy: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            guard lines.count == 2, lines[0].hasPrefix("event: "), lines[1].hasPrefix("data: ") else { return nil }
            return Event(name: String(lines[0].dropFirst(7)), data: Data(lines[1].dropFirst(6).utf8))
        }
    }

    private struct Outcome: Decodable {
        let result: String?
        let results: [String: String]?
        let details: [ProcessImageDetail]
    }

    private static func body(_ prompt: String) -> String {
        #"{"image": "\#(Demo.image.base64EncodedString())", "prompt": \#(prompt)}"#
    }

    /// What curl gets, on a thread of its own: the server needs those that it would block.
    private static func curl(_ port: Int, _ body: String) async throws -> (head: String, events: [Event]) {
        let text = try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try run(port, body) }) }.start()
        }
        let head = text.range(of: "\r\n\r\n", options: .backwards).map { text[..<$0.lowerBound] } ?? ""
        return (String(head), events(text.dropFirst(head.count).trimmingPrefix("\r\n\r\n")))
    }

    private static func run(_ port: Int, _ body: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "curl", "--silent", "--show-error", "--no-buffer", "--include", "--header", "Accept: text/event-stream",
            "--header", "Content-Type: application/json", "--data-binary", "@-", "--max-time", "60",
            "http://127.0.0.1:\(port)/process_image",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(body.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    @Test("curl reads along, and the pieces are the answer", arguments: [1, 3])
    func pieces(beams: Int) async throws {
        let expected = try Demo.text("<DETAILED_CAPTION>", numBeams: beams)
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            let body = Self.body("\"DETAILED_CAPTION\", \"num_beams\": \(beams)")
            let (head, events) = try await Self.curl(port, body)
            #expect(head.contains("200 OK") && head.contains("text/event-stream") && head.contains("no-store"))
            #expect(events.first?.name == "queued" || events.first?.name == "started")
            let texts = try events.filter { $0.name == "text" }.map { try $0.decoded(ProcessImageText.self) }
            #expect(texts.allSatisfy { $0.index == 0 } && texts.count > 1)
            #expect(texts.map(\.text).joined() == expected)
            let last = try #require(events.last)
            let outcome = try last.decoded(Outcome.self)
            #expect(last.name == "result" && outcome.result == expected)
            let detail = try #require(outcome.details.first)
            #expect(detail.finishReason == "stop" && detail.outputTokens > texts.count && detail.inputTokens > 5)
            #expect(try #require(detail.score) < 0)
        }
    }

    @Test("of a list each piece names its prompt, and places come in the result only")
    func list() async throws {
        let caption = try Demo.text("<CAPTION>")
        try await Demo.application().test(.live) { client in
            let (_, events) = try await Self.curl(try #require(client.port), Self.body(#"["OD", "CAPTION"]"#))
            let texts = try events.filter { $0.name == "text" }.map { try $0.decoded(ProcessImageText.self) }
            #expect(texts.allSatisfy { $0.index == 1 } && texts.map(\.text).joined() == caption)
            #expect(events.last?.name == "result")
        }
    }

    @Test("an error before the first event has its own status")
    func refused() async throws {
        try await Demo.application().test(.live) { client in
            let response = try await client.executeRequest(
                uri: "/process_image", method: .post, headers: [.accept: "text/event-stream"],
                body: ByteBuffer(string: #"{"image": "aGFsbG8=", "prompt": "CAPTION"}"#))
            #expect(response.status == .badRequest && response.headers[.contentType] == "application/json")
        }
    }

    /// Around an engine that captions by rule; each of its steps waits for `turnstile`.
    private func withFakeEngine(
        _ limits: ModelHostLimits = .init(maxConcurrent: 1), step: @escaping @Sendable () throws -> Void,
        _ body: @escaping @Sendable (_ port: Int, _ client: any TestClientProtocol) async throws -> Void
    ) async throws {
        let worker = CaptionWorker(maxBatch: limits.maxConcurrent) {
            try Captioner.fake(FakeEngine { rows in if !rows.isEmpty { try step() } })
        }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let host = ModelHost(name: "fake", limits: limits, clock: ContinuousClock(), logger: logger, runner: worker)
        let configuration = ServerConfiguration(modelName: "fake", anyPrompt: true)
        try await Demo.application(around: host, configuration).test(.live) { client in
            try await body(try #require(client.port), client)
        }
    }

    @Test("another engine serves the same requests")
    func fakeEngine() async throws {
        try await withFakeEngine {
        } _: { port, client in
            let response = try await client.post(Data(Self.body(#""a cat on a mat""#).utf8))
            #expect(try response.result == "a cat on a mat")
            let (_, events) = try await Self.curl(port, Self.body(#""a cat on a mat""#))
            #expect(try events.last?.decoded(Outcome.self).result == "a cat on a mat")
        }
    }

    @Test("an engine that fails in the middle ends the events with an error")
    func failure() async throws {
        let steps = Mutex(0)
        try await withFakeEngine {
            let count = steps.withLock {
                $0 += 1; return $0
            }
            if count == 3 { throw FakeEngine.Failure() }
        } _: { port, _ in
            let (head, events) = try await Self.curl(port, Self.body(#""a cat on a mat""#))
            let failure = try #require(try events.last?.decoded(ProcessImageFailure.self))
            #expect(head.contains("200 OK") && events.last?.name == "error")
            #expect(failure.status == 500 && failure.code == "internal_error" && !failure.detail.isEmpty)
        }
    }

    @Test("who waits is told how many stand before him, and one who leaves makes room")
    func queue() async throws {
        let turnstile = Turnstile()
        try await withFakeEngine {
            turnstile.pass()
        } _: { port, client in
            func ask() throws -> LoopbackConnection {
                let (connection, body) = (
                    try LoopbackConnection(port: port), Self.body("\"\(String(repeating: "word ", count: 300))\"")
                )
                try connection.send(
                    "POST /process_image HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                return connection
            }
            var first: LoopbackConnection? = try ask()
            #expect(await first?.receive(until: "event: started").contains("200 OK") == true)
            let second = try ask()
            #expect(await second.receive(until: #"{"ahead":0}"#).contains("event: queued"))
            let third = try ask()
            #expect(await third.receive(until: #"{"ahead":1}"#).contains("event: queued"))
            // The first one leaves; that is found out between two of its steps.
            first = nil
            try await eventually {
                turnstile.letOnePass()
                return try await client.get("/status").decoded(StatusBody.self).counters.cancelled == 1
            }
            turnstile.open()
            #expect(await second.receive(until: "event: result").contains("event: started"))
            #expect(await third.receive(until: "event: result").contains(#"{"ahead":0}"#))
            try await eventually {
                try await client.get("/status").decoded(StatusBody.self).counters.answered == 2
            }
        }
    }
}

/// Closed until it is opened, or as many pass as are let.
private final class Turnstile: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isOpen = Atomic(false)

    func pass() {
        if !isOpen.load(ordering: .relaxed) { semaphore.wait() }
    }

    func letOnePass() { semaphore.signal() }

    func open() {
        isOpen.store(true, ordering: .relaxed)
        semaphore.signal()
    }
}
