import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Closes a connection whose client takes too long to send a request or to take its answer.
package final class DeadlineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private var deadlines: ConnectionDeadlines
    private var stage: ConnectionDeadlines.Stage?
    private var timer: Scheduled<Void>?

    package init(limits: ConnectionDeadlines.Limits) {
        deadlines = ConnectionDeadlines(limits)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        setTimer(context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: handle(.requestHead, context)
        case .body: break
        case .end: handle(.requestEnd, context)
        }
        context.fireChannelRead(data)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.status.kind != .informational { handle(.responseHead, context) }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise(of: Void.self)
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            written.futureResult.whenSuccess {
                let (handler, context) = loopBound.value
                handler.handle(.responseEnd, context)
            }
            context.write(data, promise: written)
        }
    }

    private func handle(_ event: ConnectionDeadlines.Event, _ context: ChannelHandlerContext) {
        deadlines.handle(event)
        setTimer(context)
    }

    /// Each stage has one deadline, which nothing within the stage puts off.
    private func setTimer(_ context: ChannelHandlerContext) {
        guard stage != deadlines.stage else { return }
        stage = deadlines.stage
        timer?.cancel()
        timer = deadlines.limit.map { seconds in
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            return context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
                loopBound.value.close(promise: nil)
            }
        }
    }
}
