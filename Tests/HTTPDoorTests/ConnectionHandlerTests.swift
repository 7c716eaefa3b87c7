import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing
import HTTPDoor

@Suite("What a connection's state says is done")
struct ConnectionHandlerTests {
    /// A connection whose other end is this test, and whose application is, too.
    private final class Line {
        let channel = EmbeddedChannel()

        init(timeouts: ConnectionTimeouts = .init(), connections: Connections = .init(limit: 9)) throws {
            try channel.pipeline.syncOperations.addConnectionHandlers(
                ConnectedClient(), connections, timeouts, .codeAndDetail)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        deinit {
            // As the framework does when its task is cancelled: an ordinary close would wait for the client.
            channel.close(mode: .input, promise: nil)
            channel.embeddedEventLoop.run()
        }

        func send(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        /// What has come out so far.
        func received() throws -> String {
            var text = ""
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
            return text
        }

        /// How many parts of requests the application was given.
        func delivered() throws -> Int {
            var count = 0
            while try channel.readInbound(as: HTTPServerRequestPart.self) != nil { count += 1 }
            return count
        }

        func answer() {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "0"])
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        }

        func endInput() {
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }

        func pass(_ seconds: Int64) {
            channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
        }
    }

    private static let post = "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
    private static let get = "GET /thing HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("one byte now and then does not prolong the time for a request, and the client is told so")
    func slowBody() throws {
        let line = try Line()
        try line.send("POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
        for _ in 0..<29 {
            line.pass(1)
            try line.send("x")
        }
        #expect(try line.received() == "")
        line.pass(1)
        let answer = try line.received()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains("timeout: ") && answer.contains("30 s."))
        #expect(answer.contains("Connection: close\r\n"))
    }

    @Test("a connection that sends nothing is closed without a word")
    func silent() throws {
        let line = try Line()
        line.pass(29)
        #expect(line.channel.isActive)
        line.pass(1)
        #expect(!line.channel.isActive)
        #expect(try line.received() == "")
    }

    @Test("work may take its time; between requests the connection may rest for 95 s")
    func workAndRest() throws {
        let line = try Line()
        try line.send(Self.get)
        line.pass(10_000)
        #expect(line.channel.isActive)
        line.answer()
        line.pass(94)
        #expect(line.channel.isActive)
        line.pass(1)
        #expect(!line.channel.isActive)
    }

    @Test("a piece that the client does not take has 30 s, and each that it takes brings 30 s more")
    func stalledStream() throws {
        let line = try Line()
        try line.send(Self.get)
        line.channel.writeAndFlush(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)), promise: nil)
        line.pass(1000)
        #expect(line.channel.isActive, "what is still being made has no deadline here")
        let piece = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "x")))
        for _ in 0..<3 {
            // It waits, as one does for a client that does not read.
            line.channel.write(piece, promise: nil)
            line.pass(29)
            #expect(line.channel.isActive)
            line.channel.flush()
        }
        line.channel.write(piece, promise: nil)
        line.pass(30)
        #expect(!line.channel.isActive)
    }

    @Test("the next request has its time from its first byte")
    func slowSecondRequest() throws {
        let line = try Line()
        try line.send(Self.get)
        line.answer()
        line.pass(90)
        try line.send("GET")
        line.pass(29)
        _ = try line.received()
        #expect(line.channel.isActive)
        line.pass(1)
        #expect(try line.received().hasPrefix("HTTP/1.1 408 "))
    }

    @Test("requests that come at once are handed on one by one")
    func pipelined() throws {
        let line = try Line()
        try line.send(String(repeating: Self.get, count: 300))
        for _ in 0..<300 {
            #expect(try line.delivered() == 2)
            line.answer()
        }
        #expect(try line.delivered() == 0)
        #expect(try line.received().components(separatedBy: "HTTP/1.1 200").count == 301)
    }

    @Test("wherever what is sent is cut, the same requests come out", arguments: [1, 2, 3, 7, 50, 51, 4095, 4097])
    func pieces(size: Int) throws {
        let line = try Line()
        let bytes = Array(String(repeating: Self.get + Self.post + "12345", count: 60).utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            try line.channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
        }
        for number in 0..<120 {
            #expect(try line.delivered() == (number % 2 == 0 ? 2 : 3), "\(number)")
            line.answer()
        }
        #expect(try line.received().components(separatedBy: "HTTP/1.1 200").count == 121)
    }

    @Test("empty lines between requests begin none")
    func emptyLines() throws {
        let line = try Line()
        try line.send(Self.get)
        line.answer()
        try line.send("\r\n\r\n")
        line.pass(94)
        #expect(line.channel.isActive)
        try line.send("\r\n" + Self.get)
        #expect(try line.delivered() == 4)
    }

    @Test("the end of the client's side behind a whole request brings a probe, and the application never hears of it")
    func halfClose() throws {
        let line = try Line()
        try line.send(Self.post + "12345")
        line.endInput()
        #expect(try line.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try line.delivered() == 3)
        line.answer()
        #expect(try line.received().hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(!line.channel.isActive)
    }

    @Test("behind it requests that came ahead are answered, too")
    func halfCloseBehindSeveral() throws {
        let line = try Line()
        try line.send(Self.get + Self.get)
        line.endInput()
        line.answer()
        #expect(line.channel.isActive)
        line.answer()
        #expect(!line.channel.isActive)
        #expect(try line.received().components(separatedBy: "HTTP/1.1 200").count == 3)
    }

    @Test("what is no request gets one answer, whatever the application says", arguments: [0, 1])
    func broken(answersFirst: Int) throws {
        let line = try Line()
        try line.send("GET /thing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        if answersFirst == 1 { line.answer() }
        // The parser's own error is nothing that the application should see.
        try? line.send("zz\r\n")
        if answersFirst == 0 { line.answer() }
        let answer = try line.received()
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(answer.hasPrefix(answersFirst == 1 ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test("HTTP/1.1 names one host, HTTP/1.0 may name none")
    func hosts() throws {
        for (text, isGood) in [
            ("GET / HTTP/1.1\r\n\r\n", false), ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", false), ("GET / HTTP/1.0\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", true),
        ] {
            let line = try Line()
            try line.send(text)
            #expect(try line.delivered() == (isGood ? 2 : 0), "\(text)")
            #expect(try line.received().contains("bad_request: ") != isGood, "\(text)")
        }
    }

    @Test("headers that are too large are told so")
    func largeHeaders() throws {
        let line = try Line()
        try? line.send("GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "y", count: 100_000))\r\n\r\n")
        #expect(try line.received().hasPrefix("HTTP/1.1 431 "))
    }

    @Test("at the limit the longest idle connection goes; where none is idle the new one is told to come back")
    func limit() throws {
        let connections = Connections(limit: 2)
        let first = try Line(connections: connections)
        let second = try Line(connections: connections)
        try first.send(Self.get)
        let third = try Line(connections: connections)
        second.channel.embeddedEventLoop.run()
        #expect(first.channel.isActive && !second.channel.isActive && third.channel.isActive)
        try third.send(Self.get)
        let fourth = try Line(connections: connections)
        let refusal = try fourth.received()
        #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: 2"))
        #expect(try fourth.delivered() == 0)
    }
}
