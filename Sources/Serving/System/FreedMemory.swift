public import ServiceLifecycle
import Synchronization

/// Gives memory that requests have let go of back to the system, when they have calmed down.
///
/// The allocator keeps it otherwise: after a storm of uploads some hundred megabytes, for as long as the process lives.
public final class FreedMemory<C: Clock>: Service where C.Duration == Duration {
    private let clock: C
    private let giveBack: @Sendable () -> Void
    private let schedule = Mutex(ReturnSchedule<C.Instant>())
    private let (notes, note) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter giveBack: Has the allocator give back what is free.
    public init(clock: C, giveBack: @escaping @Sendable () -> Void = returnFreeMemory) {
        self.clock = clock
        self.giveBack = giveBack
    }

    /// Says that a request has let go of so many bytes.
    public func add(_ bytes: Int) {
        schedule.withLock { $0.add(bytes, at: clock.now) }
        note.yield()
    }

    public func run() async throws {
        for await _ in notes.cancelOnGracefulShutdown() {
            while let due = schedule.withLock({ $0.due }) {
                await cancelWhenGracefulShutdown { [clock] in try? await clock.sleep(until: due, tolerance: nil) }
                if Task.isCancelled || Task.isShuttingDownGracefully { break }
                if schedule.withLock({ $0.take(at: clock.now) }) { giveBack() }
            }
        }
        try? await gracefulShutdown()
    }
}
