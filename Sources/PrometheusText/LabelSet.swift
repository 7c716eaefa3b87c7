/// The labels of a series in the one form in which equal sets are equal: sorted, no name twice, no empty value.
struct LabelSet: Hashable, Comparable, Sendable {
    /// The most characters of a value that are kept; the rest is cut off.
    static let longestValue = 200

    /// `{name="value",...}`, or nothing without labels.
    let text: String

    /// Of several labels with the same name the first counts. One with an empty value is, to Prometheus, not there.
    init(_ dimensions: [(String, String)]) {
        let labels = Dictionary(
            dimensions.map { (MetricName.validLabel($0), Self.escaped($1)) }, uniquingKeysWith: { first, _ in first })
        let pairs = labels.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { "\($0)=\"\($1)\"" }
        text = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    static func < (left: LabelSet, right: LabelSet) -> Bool {
        left.text < right.text
    }

    /// The text with the label of a histogram's bucket at its end.
    func adding(bound: Double) -> String {
        let label = "le=\"\(bound.prometheusText)\""
        return text.isEmpty ? "{\(label)}" : "\(text.dropLast()),\(label)}"
    }

    /// Control characters, which could play tricks on the terminal of whoever looks, become U+FFFD.
    private static func escaped(_ value: String) -> String {
        value.unicodeScalars.prefix(longestValue).reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
