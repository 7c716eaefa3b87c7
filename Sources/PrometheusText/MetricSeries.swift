/// The values of one name with one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    /// The lines to write, all of the same moment.
    func samples() -> [Sample]
}

/// One line of the text, without the name and the labels of its series.
struct Sample {
    /// What follows the metric's name, such as `_sum`.
    var suffix = ""
    /// The upper bound of a histogram's bucket.
    var bound: Double?
    let value: Double
}
