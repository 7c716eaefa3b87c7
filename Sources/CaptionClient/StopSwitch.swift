import Synchronization

/// Set once, when a run has to end before everything is done.
package final class StopSwitch: Sendable {
    /// Why a run ends early.
    package enum Reason: Sendable, Equatable {
        case user
        /// No server would answer any more: their sentences, and whether asking the same later may help.
        case servers([String], mayPass: Bool)
        /// Nothing more can be written, for the reason in the sentence.
        case storage(String)
    }

    private struct State {
        var reason: Reason?
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Why it was set; `nil` as long as it is not.
    package var reason: Reason? { state.withLock { $0.reason } }

    package func stop(_ reason: Reason) {
        let actions = state.withLock { state in
            let actions = state.actions
            state = State(reason: state.reason ?? reason)
            return actions
        }
        for action in actions { action() }
    }

    /// Does something when the switch is set; at once if it is set already.
    package func onStop(_ action: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            if state.reason == nil { state.actions.append(action) }
            return state.reason != nil
        }
        if isStopped { action() }
    }
}
