import Foundation
import Metrics
import Serving
import Synchronization

/// What `GET /metrics` tells of the process, under the names that Prometheus has for it.
final class ProcessMetrics: Sendable {
    private let resident = Gauge(label: "process_resident_memory_bytes")
    private let visionResident = Gauge(label: "vision_resident_memory_bytes")
    private let processor = FloatingPointCounter(label: "process_cpu_seconds_total")
    /// Seconds of the processor that the counter has.
    private let counted = Mutex(0.0)

    /// To be made when the process starts.
    init() {
        Gauge(label: "process_start_time_seconds").record(Date().timeIntervalSince1970)
    }

    /// Brings the figures up to date.
    func update() {
        if let bytes = ProcessMemory().resident() {
            resident.record(bytes)
            visionResident.record(bytes)
        }
        counted.withLock { counted in
            let used = ProcessTime.used() / .seconds(1)
            processor.increment(by: used - counted)
            counted = used
        }
    }
}
