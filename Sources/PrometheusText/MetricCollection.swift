/// The families that a registry keeps, and how many more series fit.
struct MetricCollection: Sendable {
    private let limit: Int
    private let descriptions: [String: MetricDescription]
    private let dropped = CounterSeries()
    private var familiesByName: [String: MetricFamily] = [:]

    init(limit: Int, descriptions: [MetricDescription]) {
        self.limit = max(limit, 1)
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var family = MetricFamily(
            name: "metrics_dropped_series_total",
            help: "Times that a metric was not kept: too many series, or a name that another type has.",
            type: .counter, buckets: [])
        family.seriesByLabels[LabelSet([])] = dropped
        familiesByName[family.name] = family
    }

    /// Sorted by name.
    var families: [MetricFamily] {
        familiesByName.values.sorted { $0.name < $1.name }
    }

    /// The series with that name and those labels, made if need be; `nil` and counted if it cannot be kept.
    mutating func series(_ type: MetricType, name: String, labels: LabelSet) -> (any MetricSeries)? {
        guard var family = familiesByName[name] ?? newFamily(type, name: name), family.type == type else {
            return drop()
        }
        if let series = family.seriesByLabels[labels] { return series }
        guard lineCount + family.linesPerSeries <= limit else { return drop() }
        let series = type.makeSeries(buckets: family.buckets)
        family.seriesByLabels[labels] = series
        familiesByName[name] = family
        return series
    }

    mutating func remove(_ series: any MetricSeries) {
        guard series !== dropped else { return }
        for (name, family) in familiesByName {
            guard let labels = family.seriesByLabels.first(where: { $0.value === series })?.key else { continue }
            familiesByName[name]?.seriesByLabels[labels] = nil
            if family.seriesByLabels.count == 1 { familiesByName[name] = nil }
        }
    }

    private func drop() -> (any MetricSeries)? {
        dropped.increment(by: 1.0)
        return nil
    }

    private var lineCount: Int {
        familiesByName.values.reduce(0) { $0 + $1.linesPerSeries * $1.seriesByLabels.count }
    }

    /// `nil` if one of the names that it would write is taken, such as `x_count` of a counter by a histogram `x`.
    private func newFamily(_ type: MetricType, name: String) -> MetricFamily? {
        let description = descriptions[name]
        let family = MetricFamily(
            name: name, help: description?.help, type: type,
            buckets: MetricDescription.usableBuckets(description?.buckets, name: name))
        let taken = familiesByName.values.reduce(into: Set<String>()) { $0.formUnion($1.reservedNames) }
        return taken.isDisjoint(with: family.reservedNames) ? family : nil
    }
}
