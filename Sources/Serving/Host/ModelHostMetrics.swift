import Metrics

/// What a host tells the metrics back end.
struct ModelHostMetrics: Sendable {
    private let queueSize = Gauge(label: "vision_queue_size")
    private let queueWait = Timer(label: "vision_queue_wait_seconds")
    private let loadTime = Timer(label: "vision_model_load_seconds")
    private let loaded = Gauge(label: "vision_model_loaded")

    func recordQueue(_ count: Int) { queueSize.record(count) }

    func recordWait(_ time: Duration) { queueWait.record(duration: time) }

    func recordLoad(_ time: Duration) {
        loadTime.record(duration: time)
        loaded.record(1)
    }

    func recordUnload() { loaded.record(0) }
}
