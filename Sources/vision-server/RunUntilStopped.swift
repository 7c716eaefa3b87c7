import Dispatch
import Foundation
import Logging
import ServiceLifecycle

/// Runs a service until Ctrl-C or SIGTERM: the first one lets running requests finish, for half a minute at the most;
/// a second one ends the process at once.
func runUntilStopped(_ service: some Service, logger: Logger) async throws {
    let limit = 30
    var configuration = ServiceGroupConfiguration(services: [service], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(limit)
    let group = ServiceGroup(configuration: configuration)
    let signals = StopSignals {
        logger.info("Stopping when running requests are done, within \(limit) s; a second signal stops at once")
        // Work that does not heed its cancellation must not keep the process alive.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit + 5)) { _exit(1) }
        Task { await group.triggerGracefulShutdown() }
    }
    defer { signals.ignore() }
    try await group.run()
}

/// Ctrl-C and SIGTERM, caught on a queue of their own.
private struct StopSignals {
    private let sources: [any DispatchSourceSignal]

    init(onFirst: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "stop-signals")
        let count = Count()
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                count.value += 1
                if count.value == 1 { onFirst() } else { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    func ignore() {
        for source in sources { source.cancel() }
    }

    /// How many signals have come; only the queue touches it.
    private final class Count: @unchecked Sendable {
        var value = 0
    }
}
