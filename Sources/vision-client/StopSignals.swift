import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM, caught on a queue of their own.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let first: FirstSignal

    /// The exit code of a process that the first signal has ended.
    var status: Int32 { 128 + (first.number ?? SIGINT) }

    /// - Parameter onSecond: gets the exit code.
    init(onFirst: @escaping @Sendable () -> Void, onSecond: @escaping @Sendable (Int32) -> Void) {
        // Another program that has died is noticed by what it does not answer.
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "stop-signals")
        let first = FirstSignal()
        self.first = first
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if first.isFirst(number) { onFirst() } else { onSecond(128 + number) }
            }
            source.resume()
            return source
        }
    }

    func ignore() {
        for source in sources { source.cancel() }
    }

    /// Which signal came first.
    private final class FirstSignal: Sendable {
        private let state = Mutex<Int32?>(nil)

        var number: Int32? { state.withLock { $0 } }

        func isFirst(_ number: Int32) -> Bool {
            state.withLock { first in
                defer { first = first ?? number }
                return first == nil
            }
        }
    }
}
