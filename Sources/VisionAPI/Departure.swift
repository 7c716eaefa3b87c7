import NIOCore
import Synchronization

/// Whether the client of one connection has left, and whom to tell.
///
/// HTTP/1.1 answers the requests of a connection one after the other, so one observer is enough.
final class Departure: Sendable {
    private struct State {
        var hasHappened = false
        var observer: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Calls `observer` once, when the client leaves or has left; `nil` ends the interest.
    func observe(_ observer: (@Sendable () -> Void)?) {
        let hasHappened = state.withLock { state in
            state.observer = observer
            return state.hasHappened
        }
        if hasHappened { observer?() }
    }

    fileprivate func happen() {
        let observer = state.withLock { state in
            state.hasHappened = true
            return state.observer
        }
        observer?()
    }
}

/// Notices that a client has closed the connection, or its side of it, while its request is worked on.
final class DepartureHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    let departure = Departure()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { departure.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        departure.happen()
        context.fireChannelInactive()
    }
}
