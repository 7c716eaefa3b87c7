import Synchronization

/// The client at the other end of a connection, as those see it who work on its requests.
///
/// HTTP/1.1 answers the requests of a connection one after the other, so one observer is enough.
package final class Client: Sendable {
    /// The client whose request this task works on; none where a test calls the router without a server.
    @TaskLocal static var current: Client?

    private struct State {
        var hasLeft = false
        var observer: (@Sendable () -> Void)?
        var want: (@Sendable () -> Void)?
    }

    let address: String?
    private let state = Mutex(State())

    package init(address: String? = nil) {
        self.address = address
    }

    /// Calls `observer` once, when the client leaves or has left; `nil` ends the interest.
    func onDisconnect(_ observer: (@Sendable () -> Void)?) {
        let hasLeft = state.withLock { state in
            state.observer = observer
            return state.hasLeft
        }
        if hasLeft { observer?() }
    }

    func disconnect() {
        let observer = state.withLock { state in
            defer { state.observer = nil }
            state.hasLeft = true
            return state.observer
        }
        observer?()
    }

    /// Says that the body of the request at hand is going to be read; before that nothing of it is.
    func wantBody() {
        state.withLock { $0.want }?()
    }

    /// Sets what is called when a body is wanted.
    func onWant(_ want: (@Sendable () -> Void)?) {
        state.withLock { $0.want = want }
    }
}
