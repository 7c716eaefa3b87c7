/// One decode on its way: what it has used so far, and whether it may go on.
final class DecodeProgress {
    /// Why the decode has to end, once it has to.
    private(set) var failure: ImageError?
    /// The process that does a part of it. It rests while the watch is asked, which may pause the decode.
    var helper: DecoderProcess?

    private let format: ImageFormat
    private let mostHanded: Int
    private let limits: DecodeLimits
    private let watch: DecodeWatch
    private let time = ProcessorTime()
    private var pixelsSinceAsked = 0

    /// Rows of so many pixels together take a millisecond or a few: often enough to be asked.
    private static let pixelsBetweenQuestions = 1 << 16

    init(_ format: ImageFormat, size: Int, limits: DecodeLimits, watch: DecodeWatch) {
        self.format = format
        mostHanded = limits.mostHanded(of: size)
        self.limits = limits
        self.watch = watch
    }

    /// Whether the decode may go on after its decoder was handed `handed` bytes in all.
    func mayGoOn(handed: UInt64) -> Bool {
        if failure == nil, handed > UInt64(mostHanded) {
            failure = .readsTooMuch(format, limit: mostHanded)
        }
        return ask()
    }

    /// Whether the decode may go on after another row of `width` pixels.
    func mayGoOn(width: Int) -> Bool {
        pixelsSinceAsked += width
        return pixelsSinceAsked < Self.pixelsBetweenQuestions ? failure == nil : ask()
    }

    /// The same for decoders of our own.
    func row(width: Int) throws(ImageError) {
        if !mayGoOn(width: width), let failure { throw failure }
    }

    /// The same while nothing comes from the helper.
    func tick() throws(ImageError) {
        if !ask(), let failure { throw failure }
    }

    /// It has used its processor time.
    var tooSlow: ImageError { .tooSlow(format, limit: limits.processorTime) }

    /// Its helper does nothing any more.
    var standsStill: ImageError { .damaged(format, "its decoder stands still") }

    private func ask() -> Bool {
        pixelsSinceAsked = 0
        guard failure == nil else { return false }
        helper?.pause()
        defer { helper?.goOn() }
        let used = time.used + (helper?.processorTime ?? .zero)
        do throws(ImageError) {
            if used > limits.processorTime { throw tooSlow }
            try watch.ask(used)
        } catch {
            failure = error
        }
        return failure == nil
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The processor time of the thread that asks, from a start of its own.
struct ProcessorTime {
    private let start = Self.now

    /// What the thread has used since.
    var used: Duration { Self.now - start }

    private static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
