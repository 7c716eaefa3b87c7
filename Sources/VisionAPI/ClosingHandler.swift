import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Closes a connection when an answer or a request says so, and when a client sends bodies ahead of their turn.
///
/// The framework looks only at `close` in small letters in a request. An answer that says it is followed by a lingering
/// close: the output ends at once, what still comes is dropped for a moment, then the connection goes. Without that
/// moment unread bytes would make the system take the answer away from the client.
package final class ClosingHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    /// How long, and how many bytes, are dropped after the last answer.
    private static let lingering = (time: TimeAmount.seconds(1), bytes: 4 << 20)

    private var unanswered = 0
    private var isLast = false
    private var isClosing = false
    private var dropped = 0

    package init() {}

    package func read(context: ChannelHandlerContext) {
        if dropped < Self.lingering.bytes { context.read() }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isClosing { return drop(part, context) }
        switch part {
        case .head(let head):
            unanswered += 1
            if unanswered == 1, Self.says(close: head.headerFields) { isLast = true }
        case .body where unanswered > 1:
            // Such a body would lie unread before the end of the connection, so that nobody would notice the client leave.
            return context.close(promise: nil)
        case .body, .end: break
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if Self.says(close: head.headerFields) { isLast = true }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            guard isLast else { return context.write(data, promise: promise) }
            isClosing = true
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in loopBound.value.close(mode: .output, promise: nil) }
            context.eventLoop.scheduleTask(in: Self.lingering.time) { loopBound.value.close(promise: nil) }
            context.write(data, promise: written)
        }
    }

    private func drop(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .body(let buffer) = part { dropped += buffer.readableBytes }
        read(context: context)
    }

    private static func says(close headers: HTTPFields) -> Bool {
        headers[values: .connection].contains {
            $0.lowercased().split(separator: ",").contains { $0.trimmed == "close" }
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        drop { $0 == " " }.prefix { $0 != " " }
    }
}
