/// What a metric's TYPE line says.
enum MetricType: String, Sendable {
    case counter, gauge, histogram

    func makeSeries(buckets: [Double]) -> any MetricSeries {
        switch self {
        case .counter: CounterSeries()
        case .gauge: GaugeSeries()
        case .histogram: HistogramSeries(buckets: buckets)
        }
    }
}

/// All series of one name.
struct MetricFamily: Sendable {
    let name: String
    let help: String?
    let type: MetricType
    /// Upper bounds, rising; of no meaning unless the type is histogram.
    let buckets: [Double]
    var seriesByLabels: [LabelSet: any MetricSeries] = [:]

    /// How many lines of the text one series takes.
    var linesPerSeries: Int {
        type == .histogram ? buckets.count + 3 : 1
    }

    /// The names that no other family may have.
    var reservedNames: Set<String> {
        type == .histogram ? [name, "\(name)_bucket", "\(name)_sum", "\(name)_count"] : [name]
    }

    /// HELP, TYPE and the samples, sorted by labels; each line ends with a newline.
    func text() -> String {
        let head = (help.map { "# HELP \(name) \(Self.escaped($0))\n" } ?? "") + "# TYPE \(name) \(type.rawValue)\n"
        return seriesByLabels.sorted { $0.key < $1.key }.reduce(into: head) { text, entry in
            for sample in entry.value.samples() {
                let labels = sample.bound.map { entry.key.adding(bound: $0) } ?? entry.key.text
                text += "\(name)\(sample.suffix)\(labels) \(sample.value.prometheusText)\n"
            }
        }
    }

    /// Unlike in a label's value, a quote stays as it is.
    private static func escaped(_ help: String) -> String {
        help.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
