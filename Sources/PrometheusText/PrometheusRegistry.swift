import CoreMetrics

/// Collects what swift-metrics is told and writes it as Prometheus text.
public final class PrometheusRegistry: Sendable {
    public init() {}
}
