import Synchronization

/// The client at the other end of a connection, as those see it who work on its requests.
///
/// HTTP/1.1 answers the requests of a connection one after the other, so what it tells is about the one at hand.
package final class ConnectedClient: Sendable {
    /// The client whose request this task works on; none where a test calls the router without a server.
    @TaskLocal static var current: ConnectedClient?

    private struct State {
        var hasLeft = false
        var observers: [Int: @Sendable () -> Void] = [:]
        var lastObserver = 0
        var onProbe: (@Sendable () -> Void)?
        var onSent: (@Sendable (Int) -> Void)?
        var onEvent: (@Sendable (ConnectionState.Event) -> Void)?
    }

    let address: String?
    /// After so long without a piece a streamed answer shows that it lives; `nil`: as long as its format says.
    let silence: Duration?
    private let state = Mutex(State())

    package init(address: String? = nil, silence: Duration? = nil) {
        self.address = address
        self.silence = silence
    }

    // MARK: What the connection tells

    /// Calls `observer` once, when the client leaves or has left.
    ///
    /// - Returns: What ends the interest.
    func onDisconnect(_ observer: @escaping @Sendable () -> Void) -> Int {
        let (number, hasLeft) = state.withLock { state in
            state.lastObserver += 1
            if !state.hasLeft { state.observers[state.lastObserver] = observer }
            return (state.lastObserver, state.hasLeft)
        }
        if hasLeft { observer() }
        return number
    }

    func forget(_ number: Int) {
        state.withLock { $0.observers[number] = nil }
    }

    func disconnect() {
        let observers = state.withLock { state in
            defer { state.observers = [:] }
            state.hasLeft = true
            return state.observers.values
        }
        for observer in observers { observer() }
    }

    /// Sets what writes something that means nothing into an answer that comes piece by piece.
    func onProbe(_ observer: (@Sendable () -> Void)?) {
        state.withLock { $0.onProbe = observer }
    }

    func probe() {
        state.withLock { $0.onProbe }?()
    }

    /// Sets what is called with the bytes of each piece of such an answer that have left for the client.
    func onSent(_ observer: (@Sendable (Int) -> Void)?) {
        state.withLock { $0.onSent = observer }
    }

    func sent(_ count: Int) {
        state.withLock { $0.onSent }?(count)
    }

    // MARK: What the connection is told

    /// Tells the connection what those who work on its request know: that its body is going to be read, that its answer
    /// has come into being, that it is given up.
    func tell(_ event: ConnectionState.Event) {
        state.withLock { $0.onEvent }?(event)
    }

    /// Sets what is called with each of them.
    func onEvent(_ handle: (@Sendable (ConnectionState.Event) -> Void)?) {
        state.withLock { $0.onEvent = handle }
    }
}
