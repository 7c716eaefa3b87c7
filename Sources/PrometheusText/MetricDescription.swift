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
