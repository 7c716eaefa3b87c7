package import Foundation

/// A day, or a moment of one, as people write it.
package enum SinceDate {
    /// The time since 1970 of `2026-11-30`, `2026-11-30 14:05` or `2026-11-30T14:05:30`, also with `Z` or `+01:00` behind
    /// it; `nil` for all else.
    /// - Parameter zone: where it is meant, when it does not say so itself.
    package static func time(_ text: String, zone: TimeZone = .current) -> Duration? {
        let pattern = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?)?/
        guard let match = text.wholeMatch(of: pattern)?.output else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        guard let zone = match.7.map({ self.zone($0) }) ?? zone else { return nil }
        calendar.timeZone = zone
        let numbers = [match.1, match.2, match.3, match.4 ?? "", match.5 ?? "", match.6 ?? ""].map { Int($0) }
        let components = DateComponents(
            calendar: calendar, timeZone: zone, year: numbers[0], month: numbers[1], day: numbers[2],
            hour: numbers[3] ?? 0, minute: numbers[4] ?? 0, second: numbers[5] ?? 0)
        guard components.isValidDate, let date = components.date else { return nil }
        return .seconds(date.timeIntervalSince1970)
    }

    private static func zone(_ text: Substring) -> TimeZone? {
        if text == "Z" { return .gmt }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)) else { return nil }
        return TimeZone(secondsFromGMT: (hours * 60 + minutes) * (text.first == "-" ? -60 : 60))
    }
}
