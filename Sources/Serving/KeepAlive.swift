/// How long a model stays in memory after its last use.
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

    /// `300`, `-1`, or whole numbers with units, as in `90s`, `10m`, `1h30m`; `nil` for any other text.
    public init?(_ text: String) {
        if let seconds = Int(text) {
            self.init(seconds: seconds)
            return
        }
        let isNegative = text.hasPrefix("-")
        guard let seconds = Self.seconds(text.dropFirst(isNegative ? 1 : 0)) else { return nil }
        self.init(seconds: isNegative ? -1 : seconds)
    }

    private static func seconds(_ text: Substring) -> Int? {
        var rest = text.utf8
        var total = 0
        repeat {
            let digits = rest.prefix { 0x30...0x39 ~= $0 }
            rest = rest.dropFirst(digits.count)
            guard let number = Int(Substring(digits)), let unit = rest.popFirst(), let factor = factor(unit) else {
                return nil
            }
            let (part, isTooLarge) = number.multipliedReportingOverflow(by: factor)
            guard !isTooLarge, part <= maximumSeconds, total <= maximumSeconds else { return nil }
            total += part
        } while !rest.isEmpty
        return total
    }

    private static func factor(_ unit: UInt8) -> Int? {
        switch unit {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        default: nil
        }
    }
}
