import CoreMetrics

/// A number that rises and falls; not a number and the infinities are exposed as they are.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    private let value = AtomicDouble()

    func set(_ value: Int64) {
        self.value.store(Double(value))
    }

    func set(_ value: Double) {
        self.value.store(value)
    }

    func increment(by amount: Double) {
        value.add(amount)
    }

    func decrement(by amount: Double) {
        value.add(-amount)
    }

    func record(_ value: Int64) {
        set(value)
    }

    func record(_ value: Double) {
        set(value)
    }

    func samples() -> [Sample] {
        [Sample(value: value.load())]
    }
}
