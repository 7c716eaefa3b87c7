/// What readers of the metrics are told about one of them, and the buckets of a histogram.
public struct MetricDescription: Sendable {
    /// The name as it is exposed, with `_total` or `_seconds`.
    public var name: String
    /// One sentence for the HELP line.
    public var help: String
    /// The upper bounds of a histogram's buckets, without the infinite one; `nil`: the defaults.
    public var buckets: [Double]?

    public init(_ name: String, _ help: String, buckets: [Double]? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }

    /// The buckets of a histogram in seconds that has none of its own: 1 ms to 10 minutes.
    public static let secondsBuckets: [Double] = [0.001, 0.01, 0.1, 1, 10, 60, 600]

    /// The buckets of any other histogram that has none of its own.
    public static let countBuckets: [Double] = [1, 10, 100, 1_000, 10_000]

    /// The bounds of `buckets` that can be used, in rising order, or the defaults for the metric `name`.
    static func usableBuckets(_ buckets: [Double]?, name: String) -> [Double] {
        guard let buckets else { return name.hasSuffix("_seconds") ? secondsBuckets : countBuckets }
        return Set(buckets.filter(\.isFinite)).sorted()
    }
}

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
