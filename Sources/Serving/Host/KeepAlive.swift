/// How long a model stays in memory after its last use: the value and its spellings.
///
/// `ModelHost+IdleTimer.swift` makes a deadline of it.
public enum KeepAlive: Sendable, Equatable {
    case forever
    /// Zero: it goes as soon as nobody waits.
    case lasting(Duration)

    /// What `keep_alive` and `--unload-after` may say at the most, in seconds: some 68 years.
    public static let maximumSeconds = 1 << 31

    /// Whole seconds; any negative number means for ever. `nil` beyond the maximum.
    public init?(seconds: Int) {
        guard seconds <= Self.maximumSeconds else { return nil }
        self = seconds < 0 ? .forever : .lasting(.seconds(seconds))
    }

    /// Whole seconds (`300`, `-1`), or a duration as Go writes it: `90s`, `10m`, `1h30m`, `1.5h`, `500ms`, `-1s`; `nil` for
    /// any other text.
    public init?(_ text: String) {
        if let seconds = Int(text) {
            self.init(seconds: seconds)
            return
        }
        var rest = Substring(text).utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard let nanoseconds = Self.nanoseconds(rest) else { return nil }
        self = isNegative && nanoseconds > 0 ? .forever : .lasting(.nanoseconds(nanoseconds))
    }

    /// Nanoseconds of the units that Go knows; both letters that look like a Greek my are taken.
    private static let units = [
        "ns": 1, "us": 1000, "µs": 1000, "\u{3BC}s": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    private static func nanoseconds(_ text: Substring.UTF8View) -> Int? {
        let maximum = maximumSeconds * 1_000_000_000
        var rest = text
        var total = 0
        repeat {
            // The total is not beyond the maximum, and twice that is still a number.
            guard let part = part(&rest), part <= maximum else { return nil }
            total += part
            guard total <= maximum else { return nil }
        } while !rest.isEmpty
        return total
    }

    /// A number, perhaps with a point, and a unit; takes them off.
    private static func part(_ rest: inout Substring.UTF8View) -> Int? {
        let whole = digits(&rest)
        var fraction = Substring()
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits(&rest)
        }
        let unit = rest.prefix { !(0x30...0x39 ~= $0) && $0 != UInt8(ascii: ".") }
        rest.removeFirst(unit.count)
        guard !whole.isEmpty || !fraction.isEmpty, let number = Int("0\(whole)"),
            let factor = units["\(Substring(unit))"],
            let share = Double("0.\(fraction)0")
        else { return nil }
        let (nanoseconds, isTooLarge) = number.multipliedReportingOverflow(by: factor)
        let sum = nanoseconds.addingReportingOverflow(Int(share * Double(factor)))
        return isTooLarge || sum.overflow ? nil : sum.partialValue
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring {
        let digits = rest.prefix { 0x30...0x39 ~= $0 }
        rest.removeFirst(digits.count)
        return Substring(digits)
    }
}
