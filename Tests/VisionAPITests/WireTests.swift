import Eventually
import Foundation
import HTTPDoor
import Hummingbird
import HummingbirdTesting
import Loopback
import Serving
import Testing
import VisionAPI

@Suite("What comes over the wire")
struct WireTests {
    private static let head = "POST /process_image HTTP/1.1\r\nHost: localhost\r\n"

    @Test("Expect: 100-continue is answered before the body comes, unless the body is too large")
    func expectContinue() async throws {
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            let body = "{"
            let patient = try LoopbackConnection(port: port)
            try patient.send(Self.head + "Expect: 100-continue\r\nContent-Length: \(body.count)\r\n\r\n")
            let interim = await patient.receive()
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            try patient.send(body)
            let answer = await patient.receive(until: "not valid JSON")
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            let greedy = try LoopbackConnection(port: port)
            try greedy.send(Self.head + "Expect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n")
            let refusal = await greedy.receive()
            #expect(refusal.hasPrefix("HTTP/1.1 413 "))
        }
    }

    /// What is sent, and a word for it.
    static let garbage: [(word: String, text: String)] = [
        ("no HTTP", "GARBAGE\r\n\r\n"), ("zeros", "\0\0\0\0\r\n\r\n"), ("version", "GET / HTTP/9.9\r\n\r\n"),
        ("control character", "GET /\u{1}x HTTP/1.1\r\n\r\n"),
        ("negative length", head + "Content-Length: -1\r\n\r\n"),
        ("overflowing length", head + "Content-Length: 99999999999999999999\r\n\r\n"),
        ("two lengths", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
        ("length and chunks", head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("bad chunk", head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n"),
        ("many headers", "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 2000) + "\r\n"),
        ("long header", "GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 100_000) + "\r\n\r\n"),
    ]

    @Test("what is no HTTP is refused, and the service goes on")
    func refusals() async throws {
        try await Demo.application().test(.live) { client in
            for (word, text) in Self.garbage {
                let connection = try LoopbackConnection(port: try #require(client.port))
                // The service may close before everything is sent.
                try? connection.send(text)
                let answer = await connection.everything()
                let isLarge = word == "many headers" || word == "long header"
                #expect(answer.hasPrefix(isLarge ? "HTTP/1.1 431 " : "HTTP/1.1 400 "), "\(word)")
                #expect(answer.contains(isLarge ? "too_large" : "bad_request"), "\(word)")
                let health = try await client.execute(uri: "/health", method: .get)
                #expect(health.status == .ok, "\(word)")
            }
        }
    }

    @Test("clients that leave in the middle, of the body or of the work, harm nobody")
    func leavers() async throws {
        let loads = LoadCount()
        let body = try JSONSerialization.data(withJSONObject: [
            "image": Demo.image.base64EncodedString(), "prompt": "<CAPTION>",
        ])
        try await Demo.application(loads: loads).test(.live) { client in
            let port = try #require(client.port)
            for sent in [0, 1, body.count / 2, body.count - 1, body.count] {
                let connection = try LoopbackConnection(port: port)
                try connection.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
                try connection.send(Array(body.prefix(sent)))
            }
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .ok)
        }
        #expect(loads.value == 1)
    }

    @Test("a client who leaves while its request waits gives the place back")
    func leavesTheQueue() async throws {
        let gate = DispatchSemaphore(value: 0)
        let host = Demo.host { gate.wait() }
        let body = try JSONSerialization.data(withJSONObject: [
            "image": Demo.image.base64EncodedString(), "prompt": "<CAPTION>",
        ])
        try await Demo.application(around: host).test(.live) { client in
            let port = try #require(client.port)
            var leaver: LoopbackConnection? = try LoopbackConnection(port: port)
            try leaver?.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
            try leaver?.send(Array(body))
            try await eventually { await host.status.waiting == 1 }
            leaver = nil
            try await eventually { await host.status.waiting == 0 }
            gate.signal()
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .ok)
        }
    }

    @Test("runs of slashes are one, and an address that begins with two is a path")
    func slashes() async throws {
        try await Demo.application().test(.live) { client in
            for path in ["//model", "/model//", "///model", "//model?x=//", "http://localhost//model"] {
                let answer = try await LoopbackConnection.ask(try #require(client.port), "GET \(path)")
                #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\"demo\""), "\(path)")
            }
        }
    }

    @Test("100 Continue comes only after key and origin were looked at, and not to HTTP/1.0")
    func noContinue() async throws {
        let keys = ServerConfiguration(door: .init(apiKeys: try #require(APIKeys(["secret"]))), modelName: "demo")
        try await Demo.application(around: Demo.host(), keys).test(.live) { client in
            let rest = "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n"
            for (head, status) in [(Self.head, "401"), (Self.head + "Origin: http://evil.example\r\n", "403")] {
                let connection = try LoopbackConnection(port: try #require(client.port))
                try connection.send(head + rest)
                #expect(await connection.everything().hasPrefix("HTTP/1.1 \(status) "))
            }
            let old = try LoopbackConnection(port: try #require(client.port))
            try old.send("POST /process_image HTTP/1.0\r\nx-api-key: secret\r\nExpect: 100-continue\r\n")
            try old.send("Content-Length: 1\r\n\r\n")
            try old.send("{")
            #expect(await old.everything().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("requests sent without waiting are answered in order")
    func pipelined() async throws {
        try await Demo.application().test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            let request = "GET /model HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let last = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try connection.send(String(repeating: request, count: 20) + last)
            let answers = await connection.receive(until: "nothing at this address")
            #expect(answers.components(separatedBy: "\"demo\"").count == 21)
        }
    }
}
