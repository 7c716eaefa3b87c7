/// Text of anybody's making inside HTML: it stays text, and looks like what it is.
package enum HTMLText {
    /// The text for an element's content, or for an attribute between quotes of either kind.
    package static func escaped(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { last = scalar }
            // An end of line of Windows is one.
            if scalar == "\n", last == "\r" { continue }
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            case "\"": result += "&quot;".unicodeScalars
            case "'": result += "&#39;".unicodeScalars
            case " "..."~", "\n", "\t": result.append(scalar)
            default: result.append(shown(scalar))
            }
        }
        return String(result)
    }

    /// What can turn the text around it or is not seen at all is shown as a sign of its own.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.properties.generalCategory {
        // These join and part letters, and the parts of an emoji.
        case .format: scalar == "\u{200C}" || scalar == "\u{200D}" ? scalar : replacement
        case .control: scalar == "\r" || scalar == "\u{85}" ? "\n" : replacement
        case .lineSeparator, .paragraphSeparator: "\n"
        default: scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value) ? replacement : scalar
        }
    }

    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// `12,345`.
    package static func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var result = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
