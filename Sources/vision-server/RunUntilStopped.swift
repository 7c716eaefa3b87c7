import Dispatch
import Florence2
import Foundation
import Logging
import Serving
import ServiceLifecycle

/// Runs a service until Ctrl-C or SIGTERM. The first one lets accepted requests finish, for half a minute at the most,
/// while the service goes on answering who asks how it is; a second one ends the process at once.
///
/// - Parameter drain: For so long after the signal new work is still accepted.
func runUntilStopped<C: Clock>(
    _ service: some Service, host: ModelHost<BatchCaptioner, C>, drain: Duration, logger: Logger
) async throws where C.Duration == Duration {
    let limit = Duration.seconds(30)
    var configuration = ServiceGroupConfiguration(services: [service], logger: logger)
    configuration.maximumGracefulShutdownDuration = limit
    let group = ServiceGroup(configuration: configuration)
    let signals = StopSignals {
        let words = drain == .zero ? "" : "accepting work for \(drain.components.seconds) s more, then "
        logger.info("Stopping: \(words)finishing accepted requests within 30 s; a second signal stops at once")
        // Work that does not heed its cancellation must not keep the process alive.
        let seconds = Int((drain + limit + limit).components.seconds) + 5
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { _exit(1) }
        Task {
            await finish(host, drain: drain, within: limit)
            await group.triggerGracefulShutdown()
        }
    }
    defer { signals.ignore() }
    try await group.run()
}

private func finish<C: Clock>(
    _ host: ModelHost<BatchCaptioner, C>, drain: Duration, within limit: Duration
) async where C.Duration == Duration {
    await host.beginDrain()
    try? await Task.sleep(for: drain)
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await host.finish() }
        group.addTask { try? await Task.sleep(for: limit) }
        await group.next()
        group.cancelAll()
    }
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
