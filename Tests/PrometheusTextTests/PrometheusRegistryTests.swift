import PrometheusText
import Testing

@Suite("Prometheus text")
struct PrometheusRegistryTests {}
