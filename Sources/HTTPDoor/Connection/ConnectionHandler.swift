package import NIOCore
package import NIOHTTP1

/// Stands behind the parser: does what the connection's state says.
package final class ConnectionHandler: ChannelDuplexHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// What the parser says: a part of a request, or that there is none.
    private enum Parsed {
        case part(HTTPServerRequestPart)
        case error(DoorError)
    }

    weak var gate: ConnectionGate?

    private let client: ConnectedClient
    private let connections: Connections
    private let errorFormat: ErrorFormat
    private let onRefusal: @Sendable (DoorError) -> Void
    /// What the connection is called among all of them; `nil` where there is no room for it.
    private var id: ConnectionCensus.ID?
    private var state: ConnectionState
    private var context: ChannelHandlerContext?
    /// What was parsed ahead of its turn.
    private var queue = CircularBuffer<Parsed>()
    private var stage: ConnectionState.Stage?
    private var timer: Scheduled<Void>?
    private var isDraining = false
    private var isIdle = true

    /// - Parameters:
    ///   - errorFormat: The shape of answers to what no route has ever seen.
    ///   - onRefusal: Called for each of them.
    package init(
        client: ConnectedClient, connections: Connections, timeouts: ConnectionTimeouts, errorFormat: ErrorFormat,
        onRefusal: @escaping @Sendable (DoorError) -> Void
    ) {
        self.client = client
        self.connections = connections
        self.errorFormat = errorFormat
        self.onRefusal = onRefusal
        state = ConnectionState(timeouts)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let eventLoop = context.eventLoop
        let loopBound = NIOLoopBound(self, eventLoop: eventLoop)
        client.onEvent { event in eventLoop.execute { loopBound.value.handle(event) } }
        id = connections.open { eventLoop.execute { loopBound.value.handle(.evicted) } }
        update()
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if id == nil { handle(.surplus) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        client.onEvent(nil)
        timer?.cancel()
        if let id { connections.close(id) }
        if isDraining { connections.endDraining() }
        self.context = nil
    }

    // MARK: What comes in

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(.part(unwrapInboundIn(data)))
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow: receive(.error(.headersTooLarge))
        case is HTTPParserError: receive(.error(.malformedRequest))
        // The connection's own errors: it is closed behind them.
        default: break
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { handle(.quiesce) } else { context.fireUserInboundEventTriggered(event) }
    }

    private func receive(_ parsed: Parsed) {
        if queue.isEmpty, state.takesParts { take(parsed) } else { queue.append(parsed) }
    }

    private func take(_ parsed: Parsed) {
        switch parsed {
        case .error(let error): handle(.broken(error))
        case .part(.head(let head)) where !head.namesOneHost: handle(.broken(.notOneHost))
        case .part(.head(let head)): handle(.head(.init(head)), for: parsed)
        case .part(.body(let bytes)): handle(.body(bytes.readableBytes), for: parsed)
        case .part(.end): handle(.end, for: parsed)
        }
    }

    /// Takes up what was parsed ahead of its turn, then what was not.
    private func proceed() {
        while state.takesParts, let parsed = queue.popFirst() { take(parsed) }
        gate?.parse()
        context?.fireChannelReadComplete()
    }

    // MARK: What goes out

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        let actions =
            switch part {
            case .head(let head) where head.status.code < 200: [ConnectionState.Action.pass]
            case .head(let head):
                state.handle(
                    .answerHead(
                        saysClose: head.headers.saysClose, hasLength: head.headers.contains(name: "content-length")))
            case .body: state.handle(.answerBody)
            case .end: state.handle(.answerEnd)
            }
        guard let action = actions.first else {
            promise?.fail(ChannelError.outputClosed)
            return update()
        }
        if action == .passAsLast, case .head(var head) = part {
            head.headers.replaceOrAdd(name: "connection", value: "close")
            // A client that knows no chunks reads up to the end of the connection.
            if state.isOld, !head.headers.contains(name: "content-length") { head.version = .http1_0 }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        } else {
            context.write(data, promise: watched(part, promise, context))
        }
        update()
    }

    /// What closes is decided here alone, when the last answer has left.
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.channel.closeFuture.cascade(to: promise)
        // The framework's task was cancelled: nobody will be answered.
        if mode == .input { handle(.closed) } else { handle(.applicationEnded) }
    }

    /// Lets the state know when a part that matters to it has left.
    private func watched(
        _ part: OutboundIn, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void>? {
        switch part {
        case .end: sent(.answerSent, promise, context)
        case .body(let body) where state.isProducing:
            sent(.answerBodySent, byteCount: body.readableBytes, promise, context)
        case .head, .body: promise
        }
    }

    private func sent(
        _ event: ConnectionState.Event, byteCount: Int = 0, _ promise: EventLoopPromise<Void>?,
        _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise()
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenSuccess { [client] in
            client.sent(byteCount)
            loopBound.value.handle(event)
        }
        return promise
    }

    // MARK: What is done

    var isBetweenRequests: Bool { state.isIdle }

    var reading: ConnectionState.Reading { state.reading }

    func take(_ count: Int) -> ConnectionState.Intake {
        defer { update() }
        return state.take(count)
    }

    func handle(_ event: ConnectionState.Event) {
        handle(event, for: nil)
    }

    private func handle(_ event: ConnectionState.Event, for parsed: Parsed?) {
        let actions = state.handle(event)
        for action in actions { obey(action, parsed) }
        if case .refuse(let error)? = actions.first { onRefusal(error) }
        update()
    }

    private func obey(_ action: ConnectionState.Action, _ parsed: Parsed?) {
        guard let context else { return }
        switch action {
        case .deliver: if case .part(let part)? = parsed { context.fireChannelRead(wrapInboundOut(part)) }
        case .pass, .passAsLast: break
        case .sendContinue:
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        case .refuse(let error): answer(error, context)
        case .breakBody: context.fireErrorCaught(BrokenBody())
        case .disconnect: client.disconnect()
        case .probe: client.probe()
        case .proceed: proceed()
        case .askToDrain:
            isDraining = connections.beginDraining()
            handle(.drain(isGranted: isDraining))
        case .endOutput:
            queue.removeAll()
            context.close(mode: .output, promise: nil)
        case .close:
            queue.removeAll()
            context.close(promise: nil)
        }
    }

    private func answer(_ error: DoorError, _ context: ChannelHandlerContext) {
        let answer = errorFormat.lastOfConnection(ErrorAnswer(error))
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent(.answerSent, nil, context))
    }

    /// Brings what depends on the state up to date: the deadline, the place among the idle ones, and what is read.
    private func update() {
        setTimer()
        if let id, isIdle != state.isIdle {
            isIdle = state.isIdle
            // Given up for another connection in the moment in which its client sent something.
            if !connections.setIdle(id, isIdle) { handle(.closed) }
        }
        gate?.readMore()
    }

    private func setTimer() {
        guard let context, stage != state.stage else { return }
        stage = state.stage
        timer?.cancel()
        timer = state.limit.map { seconds in
            let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
            return context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
                loopBound.value.handle(.deadlineReached)
            }
        }
    }
}

/// A request that ended before it was whole.
struct BrokenBody: Error {}
