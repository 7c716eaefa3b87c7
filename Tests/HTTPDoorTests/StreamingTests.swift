import Eventually
import HTTPDoor
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Loopback
import NIOCore
import Testing

@Suite("Answers that come piece by piece", .timeLimit(.minutes(10)))
struct StreamingTests {
    private func test(
        log: RequestLines = .init(), _ work: @escaping @Sendable (AnswerStream) async throws -> Void,
        _ body: @escaping @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        let stream = Route(.get, "stream") { _, context in
            try await context.answering { stream in
                stream.use(EchoDialect.lines)
                try await work(stream)
                return nil
            }
        }
        let door = Door(
            // No deadline that would do what is tested.
            configuration: DoorConfiguration(connectionTimeouts: .init(writing: 3600)),
            dialects: [Dialect(errorFormat: .codeAndDetail, routes: [stream])], figures: "stream",
            logger: Logger(label: "test", factory: { _ in log }))
        try await door.application().test(.live) { client in try await body(try #require(client.port)) }
    }

    private func ask(_ port: Int, version: String = "1.1") throws -> LoopbackConnection {
        let connection = try LoopbackConnection(port: port)
        try connection.send("GET /stream HTTP/\(version)\r\nHost: localhost\r\n\r\n")
        return connection
    }

    /// Something that happens once, and that others wait for.
    private struct Moment: Sendable {
        private let pair = AsyncStream.makeStream(of: Never.self)

        func come() { pair.continuation.finish() }

        func hasCome() async { for await _ in pair.stream {} }
    }

    @Test("a piece reaches the client before the next one is made")
    func pieces() async throws {
        let goOn = Moment()
        try await test { stream in
            stream.write("one\n")
            await goOn.hasCome()
            stream.write("two\n")
        } _: { port in
            let connection = try ask(port)
            let start = await connection.receive(until: "one\n")
            #expect(start.hasPrefix("HTTP/1.1 200 OK\r\n") && start.lowercased().contains("transfer-encoding: chunked"))
            #expect(start.lowercased().contains("content-type: text/x-echo\r\n"))
            #expect(start.lowercased().contains("cache-control: no-store\r\n"))
            goOn.come()
            #expect(await connection.receive(until: "0\r\n\r\n").contains("two\n"))
        }
    }

    @Test("its line in the log comes when it ends, and says who has left in the middle")
    func log() async throws {
        let (log, goOn) = (RequestLines(), Moment())
        try await test(log: log) { stream in
            stream.write("one\n")
            await goOn.hasCome()
            try Task.checkCancellation()
        } _: { port in
            do {
                let leaver = try ask(port)
                _ = await leaver.receive(until: "one\n")
                #expect(log.statuses.isEmpty)
            }
            await log.hasOne()
            let connection = try ask(port)
            goOn.come()
            _ = await connection.receive(until: "0\r\n\r\n")
        }
        #expect(log.statuses == ["499", "200"])
    }

    @Test("a client of HTTP/1.0 gets no chunks")
    func old() async throws {
        try await test {
            $0.write("one\n")
        } _: { port in
            let answer = await (try ask(port, version: "1.0")).everything()
            #expect(answer.hasPrefix("HTTP/1.0 200 ") && answer.hasSuffix("\r\n\r\none\n"))
            #expect(!answer.lowercased().contains("chunked"))
        }
    }

    @Test("who has left in the middle is noticed at once, though nothing is written")
    func disconnect() async throws {
        let isCancelled = Moment()
        try await test { stream in
            stream.write("one\n")
            // Nothing is ever written again by itself.
            let never = Moment()
            await never.hasCome()
            isCancelled.come()
            try Task.checkCancellation()
        } _: { port in
            do {
                let connection = try ask(port)
                _ = await connection.receive(until: "one\n")
            }
            await isCancelled.hasCome()
        }
    }

    @Test("who has only ended its side gets the probe, and the rest")
    func halfClose() async throws {
        let goOn = Moment()
        try await test { stream in
            stream.write("one\n")
            await goOn.hasCome()
            stream.write("two\n")
        } _: { port in
            let connection = try ask(port)
            _ = await connection.receive(until: "one\n")
            connection.endOutput()
            #expect(await connection.receive(until: "1\r\n\n\r\n").hasSuffix("1\r\n\n\r\n"))
            goOn.come()
            #expect(await connection.everything().contains("two\n"))
        }
    }

    @Test("while nothing is written the probe is, so that nobody gives the connection up")
    func silence() async throws {
        let goOn = Moment()
        let format = StreamFormat(contentType: "text/x-echo", probe: "~", silence: .milliseconds(20)) { _ in .init() }
        try await test { stream in
            stream.use(format)
            stream.write("one\n")
            await goOn.hasCome()
            stream.write("two\n")
        } _: { port in
            let connection = try ask(port)
            let start = await connection.receive(until: "~\r\n1\r\n~\r\n")
            #expect(start.contains("one\n"))
            goOn.come()
            #expect(await connection.receive(until: "0\r\n\r\n").contains("two\n"))
        }
    }

    @Test("an answer that turns out whole is no stream; one that fails untidily is never ended")
    func whole() async throws {
        let whole = Route(.get, "whole") { _, context in
            try await context.answering { _ in Response(status: .created, body: .init(byteBuffer: .init(string: "all")))
            }
        }
        let broken = Route(.get, "broken") { _, context in
            try await context.answering { stream in
                stream.use(
                    StreamFormat(contentType: "text/x-echo", probe: "", endsTidily: false) { _ in .init(string: "! oh")
                    })
                stream.write("one\n")
                throw EchoDialect.Refusal()
            }
        }
        let door = Door(
            configuration: DoorConfiguration(),
            dialects: [Dialect(errorFormat: .codeAndDetail, routes: [whole, broken])], figures: "stream",
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await door.application().test(.live) { client in
            let response = try await client.execute(uri: "/whole", method: .get)
            #expect(response.status == .created && String(buffer: response.body) == "all")
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send("GET /broken HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let answer = await connection.everything()
            #expect(answer.contains("one\n") && answer.contains("! oh") && !answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("what the work holds lives until the connection has all of the answer")
    func delivered() async throws {
        let isDelivered = Moment()
        try await test { stream in
            stream.write("one\n")
            stream.end()
            stream.write("behind the end\n")
            await stream.delivered()
            isDelivered.come()
        } _: { port in
            let answer = await (try ask(port)).receive(until: "0\r\n\r\n")
            #expect(!answer.contains("behind"))
            await isDelivered.hasCome()
        }
    }

    @Test("a large piece says nothing of the reader")
    func largePiece() async throws {
        try await test { stream in
            stream.write("one\n")
            stream.write(ByteBuffer(repeating: 0x78, count: 3 << 20))
        } _: { port in
            let answer = await (try ask(port)).receive(until: "\r\n0\r\n\r\n")
            #expect(answer.hasSuffix("0\r\n\r\n") && answer.utf8.count > 3 << 20)
        }
    }

    @Test("of an error in the middle the log has the status, too")
    func lateError() async throws {
        let log = RequestLines()
        try await test(log: log) { stream in
            stream.write("one\n")
            throw EchoDialect.Refusal()
        } _: { port in
            let connection = try ask(port)
            #expect(await connection.receive(until: "0\r\n\r\n").contains("! 500 "))
        }
        #expect(log.statuses == ["500"])
    }

    @Test("who leaves before the answer begins has a line in the log, too")
    func earlyLeavers() async throws {
        let log = RequestLines()
        try await test(log: log) { stream in
            stream.write("one\n")
        } _: { port in
            for _ in 0..<300 {
                let connection = try ask(port)
                connection.willReset()
            }
            // Those that were accepted after all have a line each, as soon as one that came later has.
            try await eventually { log.statuses.count >= 290 }
            _ = await (try ask(port)).receive(until: "0\r\n\r\n")
        }
        #expect(log.statuses.count == 301)
    }

    @Test("a reader that leaves too much lying is cut off, and whoever writes never waits for it")
    func unread() async throws {
        let isCancelled = Moment()
        try await test { stream in
            let piece = ByteBuffer(repeating: 0x78, count: 64 << 10)
            // More than the buffers of the system take.
            for _ in 0..<1000 {
                stream.write(piece)
                if Task.isCancelled { break }
                await Task.yield()
            }
            let never = Moment()
            await never.hasCome()
            isCancelled.come()
        } _: { port in
            let connection = try ask(port)
            await isCancelled.hasCome()
            #expect(await !connection.everything().hasSuffix("0\r\n\r\n"))
        }
    }
}
