import Serving

/// Adds up the bytes of a model's files and tells how far it is, at most a few times a second.
final class ProgressMeter<C: Clock> where C.Duration == Duration {
    private let clock: C
    private let start: C.Instant
    private let report: @Sendable (DownloadProgress) -> Void
    private var rate = TransferRate()
    private var lastReport: Duration?
    /// Bytes of files that are finished.
    private var finished = 0
    /// Bytes of the file that is under way.
    private var current = 0
    /// Bytes of all files; `nil` until it is known which files there are.
    var total: Int?

    init(clock: C, report: @escaping @Sendable (DownloadProgress) -> Void) {
        self.clock = clock
        start = clock.now
        self.report = report
    }

    /// Bytes of the present file that were there already, or are there again after a new start.
    func stands(at bytes: Int) {
        current = bytes
        tell()
    }

    /// Bytes that have come for the present file.
    func received(_ bytes: Int) {
        current += bytes
        rate.add(bytes, at: elapsed)
        tell()
    }

    /// The present file is whole.
    func finishedFile(bytes: Int) {
        finished += bytes
        current = 0
        tell()
    }

    /// Tells at once.
    func tellNow() {
        lastReport = nil
        tell()
    }

    private var elapsed: Duration { start.duration(to: clock.now) }

    private func tell() {
        let now = elapsed
        if let lastReport, now - lastReport < .milliseconds(200) { return }
        lastReport = now
        let done = finished + current
        let speed = rate.bytesPerSecond(at: now)
        let seconds = total.flatMap { total in speed.map { Double(max(0, total - done)) / $0 } }
        report(DownloadProgress(bytesDone: done, bytesTotal: total, bytesPerSecond: speed, secondsLeft: seconds))
    }
}
