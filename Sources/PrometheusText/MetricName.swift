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
