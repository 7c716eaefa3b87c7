import CoreMetrics
import Synchronization

/// The values of one name with one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    /// The lines to write, all of the same moment.
    func samples() -> [Sample]
}

/// One line of the text, without the name and the labels of its series.
struct Sample {
    /// What follows the metric's name, such as `_sum`.
    var suffix = ""
    /// The upper bound of a histogram's bucket.
    var bound: Double?
    let value: Double
}

/// A number that only grows. What would make it fall, or is no finite number, is ignored.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    private let total = Mutex(0.0)

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { total.withLock { $0 += amount } }
    }

    func reset() {
        total.withLock { $0 = 0 }
    }

    func samples() -> [Sample] {
        [Sample(value: total.withLock { $0 })]
    }
}

/// A number that rises and falls; not a number and the infinities are exposed as they are.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ value: Int64) {
        set(Double(value))
    }

    func set(_ value: Double) {
        self.value.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        value.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        increment(by: -amount)
    }

    func record(_ value: Int64) {
        set(value)
    }

    func record(_ value: Double) {
        set(value)
    }

    func samples() -> [Sample] {
        [Sample(value: value.withLock { $0 })]
    }
}

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
