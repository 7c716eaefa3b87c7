import PrometheusText

/// The lines of a registry's text without the metric that counts drops.
func metrics(_ registry: PrometheusRegistry) -> [Substring] {
    registry.text().split(separator: "\n").filter { !$0.contains("metrics_dropped_series_total") }
}

/// The lines of the text that hold values, without the metric that counts drops.
func samples(_ registry: PrometheusRegistry) -> [Substring] {
    metrics(registry).filter { !$0.hasPrefix("#") }
}

/// How often something was not kept, as the text says.
func drops(_ registry: PrometheusRegistry) -> Int? {
    let line = registry.text().split(separator: "\n").last { $0.hasPrefix("metrics_dropped_series_total ") }
    return line?.split(separator: " ").last.flatMap { Int($0) }
}
