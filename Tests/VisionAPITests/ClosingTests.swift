import Foundation
import Hummingbird
import HummingbirdTesting
import Serving
import Testing

@Suite("Connections that end")
struct ClosingTests {
    private static let head = "POST /process_image HTTP/1.1\r\nHost: x\r\n"

    /// What comes until the other side ends the connection; half a minute without an end fails.
    private func everything(_ connection: LoopbackConnection) async -> String {
        await connection.receive(until: "no such words")
    }

    @Test("a body over the limit is told so, and the connection ends")
    func tooLarge() async throws {
        try await Demo.application(maxBodySize: 1 << 20).test(.live) { client in
            let announced = try LoopbackConnection(port: try #require(client.port))
            try announced.send(Self.head + "Content-Length: 40000000\r\n\r\n")
            let start = ContinuousClock.now
            let answer = await everything(announced)
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("larger than 1 MB"))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(ContinuousClock.now - start < .seconds(20), "it was ended by the time-out for reading only")
        }
    }

    @Test("of chunks without end little more than the limit is taken")
    func endless() async throws {
        try await Demo.application(maxBodySize: 1 << 20).test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
            var chunks = 0
            while chunks < 2000, (try? connection.send(chunk)) != nil { chunks += 1 }
            #expect(chunks < 1000, "\(chunks) chunks of 64 KB were taken")
        }
    }

    @Test(
        "a client that wants the connection closed gets it, in any spelling", arguments: ["close", "Close", "x, close"])
    func wanted(word: String) async throws {
        try await Demo.application().test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send("GET /model HTTP/1.1\r\nHost: x\r\nConnection: \(word)\r\n\r\n")
            let answer = await everything(connection)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\"demo\""))
        }
    }

    @Test("a client that sends a second body ahead of its turn loses the connection and its place")
    func bodyAhead() async throws {
        let gate = DispatchSemaphore(value: 0)
        let host = Demo.host { gate.wait() }
        let body = try JSONSerialization.data(withJSONObject: [
            "image": Demo.picture.base64EncodedString(), "prompt": "<CAPTION>",
        ])
        try await Demo.application(around: host).test(.live) { client in
            // The service stops when this block ends, and waits for the load.
            defer { gate.signal() }
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
            try connection.send(Array(body))
            await eventually { await host.status.waiting == 1 }
            try? connection.send(Self.head + "Content-Length: 3000000\r\n\r\n" + String(repeating: " ", count: 100_000))
            await eventually { await host.status.waiting == 0 }
            await eventually { await host.status.counters.cancelled == 1 }
        }
    }
}
