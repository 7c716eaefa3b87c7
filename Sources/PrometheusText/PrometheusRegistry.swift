public import CoreMetrics
import Synchronization

/// Keeps what swift-metrics is told and writes it as Prometheus text, format 0.0.4.
///
/// Counters are exposed as `NAME_total`, timers as histograms in seconds named `NAME_seconds` (suffixes that are there
/// already are not doubled), recorders as histograms, or as gauges if they do not aggregate, meters as gauges.
///
/// The number of series has a limit, whatever labels the world makes up. A series is what Prometheus counts as one, a
/// line of the text: a histogram takes one for each bucket and three more. A metric that does not fit is not kept, nor
/// is one whose name already belongs to another type; `metrics_dropped_series_total` says how often that happened.
/// First come, first kept: whoever has metrics without labels makes them at start, before requests bring labels.
public final class PrometheusRegistry: Sendable {
    /// The media type of `text()`, for the Content-Type header.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let collection: Mutex<MetricCollection>

    /// - Parameters:
    ///   - seriesLimit: the most lines that `text()` has, comments not counted; at least one, for the drops.
    ///   - descriptions: help texts and buckets; a metric needs none to be kept.
    public init(seriesLimit: Int = 50, descriptions: [MetricDescription] = []) {
        collection = Mutex(MetricCollection(limit: seriesLimit, descriptions: descriptions))
    }

    /// All metrics as they stand, sorted by name and labels.
    public func text() -> String {
        // The values are read after the lock is given back, so that a slow reader holds up nobody who makes a metric.
        collection.withLock { $0.families }.map { $0.text() }.joined()
    }

    private func series(
        _ type: MetricType, _ name: String, _ dimensions: [(String, String)]
    ) -> (any MetricSeries)? {
        let labels = LabelSet(dimensions)
        return collection.withLock { $0.series(type, name: name, labels: labels) }
    }

    private func remove(_ handler: AnyObject) {
        guard let series = handler as? any MetricSeries else { return }
        collection.withLock { $0.remove(series) }
    }
}

extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = MetricName.valid(label, suffix: "_total")
        return series(.counter, name, dimensions) as? CounterSeries ?? NOOPMetricsHandler.instance
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let name = MetricName.valid(label, suffix: "_total")
        return series(.counter, name, dimensions) as? CounterSeries ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, MetricName.valid(label), dimensions) as? GaugeSeries ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let name = MetricName.valid(label)
        if aggregate {
            return series(.histogram, name, dimensions) as? HistogramSeries ?? NOOPMetricsHandler.instance
        }
        return series(.gauge, name, dimensions) as? GaugeSeries ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = MetricName.valid(label, suffix: "_seconds")
        return series(.histogram, name, dimensions) as? HistogramSeries ?? NOOPMetricsHandler.instance
    }

    // A destroyed metric is no longer exposed, and its place is free for others.

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }

    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
