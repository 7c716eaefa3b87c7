import CoreMetrics

/// A number that only grows. What would make it fall, or is no finite number, is ignored.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    private let total = AtomicDouble()

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { total.add(amount) }
    }

    func reset() {
        total.store(0)
    }

    func samples() -> [Sample] {
        [Sample(value: total.load())]
    }
}
