import Metrics
import PrometheusText
import Serving

/// The figures that `GET /metrics` shows.
struct ServerMetrics: Sendable {
    private let registry: PrometheusRegistry
    private let residentMemory: Gauge

    /// Makes the registry the one that all of the program writes to; once a process.
    static func install() -> ServerMetrics {
        let registry = PrometheusRegistry(seriesLimit: 50, descriptions: descriptions)
        MetricsSystem.bootstrap(registry)
        return ServerMetrics(
            registry: registry, residentMemory: Gauge(label: "vision_resident_memory_bytes"))
    }

    func text() -> String {
        if let bytes = ProcessMemory().resident() { residentMemory.record(bytes) }
        return registry.text()
    }

    private static let descriptions = [
        MetricDescription("vision_requests_total", "Requests by route and status."),
        MetricDescription("vision_queue_size", "Requests that wait for the model."),
        MetricDescription(
            "vision_queue_wait_seconds", "How long requests waited for their turn.", buckets: [0.1, 1, 10, 60]),
        MetricDescription(
            "vision_model_load_seconds", "How long loading the model took.", buckets: [0.5, 1, 5, 20]),
        MetricDescription("vision_model_loaded", "1 while the model is in memory."),
        MetricDescription(
            "vision_encode_seconds", "How long picture and prompt took to encode.", buckets: [0.1, 0.5, 2, 10]),
        MetricDescription(
            "vision_generate_seconds", "How long the answer took to generate.", buckets: [0.1, 0.5, 2, 10]),
        MetricDescription("vision_generated_tokens_total", "Tokens of all answers."),
        MetricDescription("vision_resident_memory_bytes", "Memory of the process in RAM."),
    ]
}
