public import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Has the allocator's threads share four arenas, not eight a core: each keeps memory that the others do not see.
public func limitMallocArenas() {
    #if canImport(Glibc)
        // Swift's Glibc module leaves <malloc.h> out, where M_ARENA_MAX is -8.
        typealias SetOption = @convention(c) (CInt, CInt) -> CInt
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: SetOption.self)(-8, 4)
    #endif
}

/// Gives memory that is free but still held by the allocator back to the system.
@Sendable public func trimMalloc() {
    #if canImport(Glibc)
        typealias Trim = @convention(c) (Int) -> CInt
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    #endif
}

/// Gives memory that requests have let go of back to the system, when they have calmed down.
///
/// The allocator keeps it otherwise: after a storm of uploads some hundred megabytes, for as long as the process lives.
public final class MallocTrimmer<C: Clock>: Service where C.Duration == Duration {
    private let clock: C
    private let trim: @Sendable () -> Void
    private let schedule = Mutex(TrimSchedule<C.Instant>())
    private let (notes, note) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter trim: Has the allocator give back what is free.
    public init(clock: C, trim: @escaping @Sendable () -> Void = trimMalloc) {
        self.clock = clock
        self.trim = trim
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
                if schedule.withLock({ $0.take(at: clock.now) }) { trim() }
            }
        }
        try? await gracefulShutdown()
    }
}

/// When memory that was let go of goes back to the system: a value.
///
/// What is given back has to be fetched anew by the next request, so it waits for a quiet second, but not for ever.
package struct TrimSchedule<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// So little is not worth it.
    package static var leastBytes: Int { 8 << 20 }
    package static var quietTime: Duration { .seconds(1) }
    package static var longestWait: Duration { .seconds(30) }

    private var bytes = 0
    private var first: Instant?
    private var last: Instant?

    package init() {}

    /// When it is time; `nil` as long as there is too little to give back.
    package var due: Instant? {
        guard bytes >= Self.leastBytes, let first, let last else { return nil }
        return min(last.advanced(by: Self.quietTime), first.advanced(by: Self.longestWait))
    }

    /// So many bytes have been let go of.
    package mutating func add(_ more: Int, at now: Instant) {
        guard more > 0 else { return }
        bytes += min(more, Int.max - bytes)
        first = first ?? now
        last = now
    }

    /// Whether it is time; then all is given back.
    package mutating func take(at now: Instant) -> Bool {
        guard let due, due <= now else { return false }
        self = TrimSchedule()
        return true
    }
}
