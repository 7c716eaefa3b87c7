import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing
import VisionAPI

@Suite("Deadlines of a connection")
struct DeadlineTests {
    private let limits = ConnectionDeadlines.Limits(reading: 30, writing: 20, idle: 60)

    private func stage(after events: [ConnectionDeadlines.Event]) -> (ConnectionDeadlines.Stage, Int?) {
        var deadlines = ConnectionDeadlines(limits)
        for event in events { deadlines.handle(event) }
        return (deadlines.stage, deadlines.limit)
    }

    @Test("each part of a connection's life has its limit, the server's own work none")
    func stages() {
        #expect(stage(after: []) == (.firstRequest, 30))
        #expect(stage(after: [.requestHead]) == (.body, 30))
        #expect(stage(after: [.requestHead, .requestEnd]) == (.work, nil))
        #expect(stage(after: [.requestHead, .requestEnd, .responseHead]) == (.writing, 20))
        #expect(stage(after: [.requestHead, .requestEnd, .responseHead, .responseEnd]) == (.nextRequest, 60))
    }

    @Test("a request behind another one is not blamed for waiting; it has its time once the first is answered")
    func pipelined() {
        let first: [ConnectionDeadlines.Event] = [.requestHead, .requestEnd, .requestHead]
        #expect(stage(after: first) == (.work, nil))
        #expect(stage(after: first + [.responseHead, .responseEnd]) == (.body, 30))
    }

    @Test("an answer that comes before the whole request leaves a limit on the rest")
    func earlyAnswer() {
        let early: [ConnectionDeadlines.Event] = [.requestHead, .responseHead, .responseEnd]
        #expect(stage(after: early) == (.body, 30))
        #expect(stage(after: early + [.requestEnd]) == (.nextRequest, 60))
    }

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: DeadlineHandler(limits: limits))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/process_image"))

    @Test("one byte now and then does not prolong the time for a request")
    func slowBody() throws {
        let channel = try connection()
        try channel.writeInbound(Self.head)
        for _ in 0..<29 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a connection that sends nothing is closed")
    func silent() throws {
        let channel = try connection()
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("work may take its time; between requests the connection may rest, but not for ever")
    func workAndRest() throws {
        let channel = try connection()
        try channel.writeInbound(Self.head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a client that does not take its answer loses the connection")
    func slowReader() throws {
        let channel = try connection()
        try channel.writeInbound(Self.head)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.write(HTTPResponsePart.end(nil), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a 100 Continue is no answer")
    func informational() throws {
        let channel = try connection()
        try channel.writeInbound(Self.head)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .continue)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }
}
