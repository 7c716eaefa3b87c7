import CoreMetrics
import Synchronization

/// How many values were at most so large, for a few bounds.
///
/// A value that is not finite is ignored: it would make the sum useless for as long as the process lives.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private struct Counts {
        /// By bucket, not yet cumulative; the last one is for what is above every bound.
        var counts: [Int]
        var sum = 0.0
    }

    private let buckets: [Double]
    private let state: Mutex<Counts>

    /// - Parameter buckets: finite upper bounds, rising.
    init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(Counts(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = buckets.firstIndex { value <= $0 } ?? buckets.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    /// A duration below zero, as a clock that was set gives it, counts as zero.
    func recordNanoseconds(_ duration: Int64) {
        record(Double(max(duration, 0)) / 1e9)
    }

    func samples() -> [Sample] {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total = 0
        var samples = zip(buckets + [.infinity], counts).map { bound, count in
            total += count
            return Sample(suffix: "_bucket", bound: bound, value: Double(total))
        }
        samples.append(Sample(suffix: "_sum", value: sum))
        samples.append(Sample(suffix: "_count", value: Double(total)))
        return samples
    }
}
