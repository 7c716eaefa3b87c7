import Captioning
import Dispatch
import Foundation
import Logging
import Serving
import ServiceLifecycle

/// Runs a service until Ctrl-C or SIGTERM. The first one lets accepted requests finish, for half a minute at the most,
/// while the service goes on answering who asks how it is; a second one ends the process at once.
///
/// - Parameter drain: For so long after the signal new work is still accepted.
func runUntilStopped(_ service: some Service, host: CaptionService.Host, drain: Duration, logger: Logger) async throws {
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: logger))
    let run = Task { try await group.run() }
    let signals = ShutdownSignals {
        let words = drain == .zero ? "" : "accepting work for \(drain.components.seconds) s more, then "
        logger.info("Stopping: \(words)finishing accepted requests within 30 s; a second signal stops at once")
        let end = ContinuousClock.now + drain + .seconds(30)
        // Work that does not heed its cancellation must not keep the process alive.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(drain.components.seconds) + 35)) { _exit(1) }
        Task {
            // What is not done in 25 s is answered with 503, which takes a moment, too.
            await finish(host, drain: drain, within: .seconds(25))
            await group.triggerGracefulShutdown()
            try? await Task.sleep(until: end - .seconds(2), clock: .continuous)
            run.cancel()
        }
    }
    defer { signals.ignore() }
    do {
        try await run.value
    } catch is CancellationError {
        // Ended with the time that there was.
    }
}

private func finish(_ host: CaptionService.Host, drain: Duration, within limit: Duration) async {
    await host.beginDrain()
    try? await Task.sleep(for: drain)
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await host.finish() }
        group.addTask { try? await Task.sleep(for: limit) }
        await group.next()
        group.cancelAll()
    }
    await host.refuseWaiting()
}

/// Ctrl-C and SIGTERM, caught on a queue of their own.
private struct ShutdownSignals {
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
