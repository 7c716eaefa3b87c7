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

/// Names as Prometheus allows them.
enum MetricName {
    /// The name of a metric: letters, digits, `_` and `:`, no digit first. Anything else becomes `_`.
    static func valid(_ label: String, suffix: String = "") -> String {
        let name = replacingInvalid(in: label, allowingColon: true)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The name of a label: as above, without `:`. Those with a meaning of their own get `label_` in front.
    static func validLabel(_ label: String) -> String {
        let name = replacingInvalid(in: label, allowingColon: false)
        return name == "le" || name.hasPrefix("__") ? "label_" + name : name
    }

    private static func replacingInvalid(in label: String, allowingColon: Bool) -> String {
        let name = label.unicodeScalars.reduce(into: "") { name, scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": name.unicodeScalars.append(scalar)
            case ":" where allowingColon: name += ":"
            default: name += "_"
            }
        }
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return "_" + name }
        return name
    }
}

extension Double {
    /// The number as Prometheus reads it: whole ones without a fraction, `NaN`, `+Inf` and `-Inf`.
    var prometheusText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: self), whole.magnitude < 1 << 53 else { return description }
        return String(whole)
    }
}
