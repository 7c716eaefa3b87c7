import Metrics
import Captioning
import PrometheusText
import Serving
import Tensors

/// The figures that `GET /metrics` shows.
struct ServerMetrics: Sendable {
    private let registry: PrometheusRegistry
    private let process = ProcessMetrics()
    private let downloaded = Gauge(label: "vision_download_bytes")
    private let downloadSize = Gauge(label: "vision_download_size_bytes")

    /// Makes the registry the one that all of the program writes to; once a process.
    static func install() -> ServerMetrics {
        // All series are there before the first request comes; the limit is for a mistake in this program.
        let registry = PrometheusRegistry(seriesLimit: 2000, descriptions: descriptions)
        MetricsSystem.bootstrap(registry)
        return ServerMetrics(registry: registry)
    }

    private init(registry: PrometheusRegistry) {
        self.registry = registry
        Gauge(label: "vision_build_info", dimensions: [("version", VisionServer.version)]).record(1)
    }

    /// Says which model it is, and how it runs.
    func describe(_ model: ChosenModel) {
        let labels = [
            ("model", model.name), ("precision", model.precision.rawValue),
            ("instruction_set", model.instructionSet.rawValue),
        ]
        Gauge(label: "vision_model_info", dimensions: labels).record(1)
    }

    /// - Parameter store: What there is of the model's files.
    func text(_ store: CaptionService.Store.State) -> String {
        process.update()
        if case .fetching(let progress) = store {
            downloaded.record(progress.bytesDone)
            downloadSize.record(progress.bytesTotal ?? 0)
        } else {
            downloaded.record(0)
            downloadSize.record(0)
        }
        return registry.text()
    }

    private static let descriptions = [
        MetricDescription("vision_build_info", "1, with the program's version."),
        MetricDescription("vision_model_info", "1, with the model, its precision and the processor's instruction set."),
        MetricDescription("vision_requests_total", "Requests by route and status."),
        MetricDescription("vision_requests_cancelled_total", "Requests whose client left before the answer."),
        MetricDescription(
            "vision_request_duration_seconds", "How long requests took until their answer, by route.",
            buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]),
        MetricDescription("vision_queue_size", "Requests that wait for the model."),
        MetricDescription(
            "vision_queue_wait_seconds", "How long requests waited for their turn.", buckets: [0.1, 1, 10, 60, 600]),
        MetricDescription(
            "vision_model_load_seconds", "How long loading the model took.", buckets: [0.5, 1, 5, 20]),
        MetricDescription("vision_model_loaded", "1 while the model is in memory."),
        MetricDescription(
            "vision_encode_seconds", "How long picture and prompt took to encode.", buckets: [0.1, 0.5, 2, 10]),
        MetricDescription(
            "vision_generate_seconds", "How long the answer took to generate.", buckets: [0.1, 0.5, 2, 10]),
        MetricDescription("vision_generated_tokens_total", "Tokens of all answers."),
        MetricDescription("vision_image_cache_bytes", "Memory of what is kept of recent pictures."),
        MetricDescription("vision_image_cache_hits_total", "Requests whose picture had been seen before."),
        MetricDescription("vision_image_cache_misses_total", "Requests whose picture had to be looked at."),
        MetricDescription("vision_download_bytes", "Bytes of the model that have arrived; 0 unless it is downloaded."),
        MetricDescription("vision_download_size_bytes", "Bytes that the download has in all; 0 until it is known."),
        MetricDescription("vision_resident_memory_bytes", "Memory of the process in RAM."),
        MetricDescription("process_resident_memory_bytes", "Memory of the process in RAM."),
        MetricDescription("process_cpu_seconds_total", "Processor time that the process has used."),
        MetricDescription("process_start_time_seconds", "When the process started, in seconds since 1970."),
    ]
}
