/// How fast bytes have come in the last seconds. Time is what the caller says it is.
package struct TransferRate {
    private struct Sample {
        let time: Duration
        let bytes: Int
    }

    private let window: Duration
    private var samples: [Sample] = []
    private var total = 0

    package init(window: Duration = .seconds(15)) {
        self.window = window
    }

    /// Counts bytes that have come at `time`, which never goes back.
    package mutating func add(_ bytes: Int, at time: Duration) {
        total += bytes
        // A sample for each quarter of a second is enough for a rate.
        if let last = samples.last, time - last.time < .milliseconds(250) {
            if samples.count > 1 { samples[samples.count - 1] = Sample(time: last.time, bytes: total) }
        } else {
            samples.append(Sample(time: time, bytes: total))
        }
        while samples.count > 2, let first = samples.first, time - first.time > window { samples.removeFirst() }
    }

    /// Bytes in a second; `nil` before there is anything to measure.
    package func bytesPerSecond(at time: Duration) -> Double? {
        guard let first = samples.first else { return nil }
        let seconds = (time - first.time) / .seconds(1)
        let bytes = total - first.bytes
        return seconds > 0.2 && bytes > 0 ? Double(bytes) / seconds : nil
    }
}
