import Eventually
import Foundation
import Hummingbird
import HummingbirdTesting
import Loopback
import Serving
import Testing

@Suite("Connections that end")
struct ClosingTests {
    private static let head = "POST /process_image HTTP/1.1\r\nHost: localhost\r\n"

    @Test("a body over the limit is told so, and the connection ends")
    func tooLarge() async throws {
        try await Demo.application(maxBodySize: 1 << 20).test(.live) { client in
            let announced = try LoopbackConnection(port: try #require(client.port))
            try announced.send(Self.head + "Content-Length: 40000000\r\n\r\n")
            let start = ContinuousClock.now
            let answer = await announced.everything()
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
            try connection.send("GET /model HTTP/1.1\r\nHost: localhost\r\nConnection: \(word)\r\n\r\n")
            let answer = await connection.everything()
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\"demo\""))
        }
    }

    @Test("HTTP/1.0 gets its answer and the end, and both it and the answer say so")
    func old() async throws {
        try await Demo.application().test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send("GET /model HTTP/1.0\r\n\r\n")
            let answer = await connection.everything()
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\"demo\""))
            #expect(answer.contains("connection: close\r\n"))
        }
    }

    @Test("who sends 34 MB without looking up reads that it is too much")
    func blindUpload() async throws {
        try await Demo.application().test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send(Self.head + "Content-Length: \(34 << 20)\r\n\r\n")
            try connection.send([UInt8](repeating: 0x20, count: 34 << 20))
            let answer = await connection.everything()
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("larger than 32 MB"))
        }
    }

    @Test("16 connections throw away what is left of a request, one more is closed at once")
    func drainPlaces() async throws {
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            var draining: [LoopbackConnection] = []
            for _ in 0..<16 {
                let connection = try LoopbackConnection(port: port)
                try connection.send("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n")
                #expect(await connection.everything().hasPrefix("HTTP/1.1 404 "))
                draining.append(connection)
            }
            let last = try LoopbackConnection(port: port)
            try last.send("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n")
            #expect(await last.everything().hasPrefix("HTTP/1.1 404 "))
            // The others take what comes; here nobody does.
            let piece = [UInt8](repeating: 0x20, count: 1 << 16)
            try await eventually { (try? last.send(piece)) == nil }
            // To who has closed a first piece may still be sent, but no more.
            for connection in draining { for _ in 0..<3 { try connection.send(piece) } }
        }
    }

    @Test("pipelined images are all answered when they are small; of a large one behind, the first is answered")
    func ahead() async throws {
        let body = Demo.captionBody
        let request = Self.head + "Content-Length: \(body.count)\r\n\r\n" + String(decoding: body, as: UTF8.self)
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            let small = try LoopbackConnection(port: port)
            try small.send(request + request + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let answers = await small.receive(until: "nothing at this address")
            #expect(answers.components(separatedBy: "HTTP/1.1 200 ").count == 3)
            let large = try LoopbackConnection(port: port)
            try large.send(request + Self.head + "Content-Length: 3000000\r\n\r\n")
            try large.send([UInt8](repeating: 0x20, count: 3_000_000))
            let answer = await large.everything()
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("connection: close"))
        }
    }

    @Test("a client that leaves with a second body behind the first is noticed")
    func leavesAhead() async throws {
        let gate = DispatchSemaphore(value: 0)
        let host = Demo.host { gate.wait() }
        let body = Demo.captionBody
        try await Demo.application(around: host).test(.live) { client in
            // The service stops when this block ends, and waits for the load.
            defer { gate.signal() }
            var connection: LoopbackConnection? = try LoopbackConnection(port: try #require(client.port))
            try connection?.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
            try connection?.send(Array(body))
            try await eventually { await host.status.waiting == 1 }
            try connection?.send(Self.head + "Content-Length: 30000000\r\n\r\n")
            try connection?.send([UInt8](repeating: 0x20, count: 20_000_000))
            connection = nil
            try await eventually { await host.status.counters.cancelled == 1 }
        }
    }

    @Test("a client that ends its side behind a whole request gets its answer")
    func halfClose() async throws {
        let body = Demo.captionBody
        try await Demo.application().test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
            try connection.send(Array(body))
            connection.endOutput()
            let answer = await connection.everything()
            #expect(answer.hasSuffix("}") && answer.contains("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("of 60 requests that are each followed by a reset at least 59 are dropped")
    func resets() async throws {
        let body = Demo.captionBody
        let host = Demo.host()
        try await Demo.application(around: host).test(.live) { client in
            for _ in 0..<60 {
                let connection = try LoopbackConnection(port: try #require(client.port))
                try connection.send(Self.head + "Content-Length: \(body.count)\r\n\r\n")
                try connection.send(Array(body))
                connection.willReset()
            }
            try await eventually {
                let counters = await host.status.counters
                return counters.cancelled + counters.answered == 60
            }
            #expect(await host.status.counters.cancelled >= 59)
        }
    }
}
