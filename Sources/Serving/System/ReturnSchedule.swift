/// When memory that was let go of goes back to the system: a value.
///
/// What is given back has to be fetched anew by the next request, so it waits for a quiet second, but not for ever.
package struct ReturnSchedule<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
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
        self = ReturnSchedule()
        return true
    }
}
