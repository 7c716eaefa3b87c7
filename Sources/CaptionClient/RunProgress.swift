/// Why an image is not asked about.
package enum SkipReason: Sendable, CaseIterable {
    /// It has its caption file, or its line.
    case captioned
    /// Its metadata have a description, perhaps its owner's.
    case described
    /// Its metadata have tags of an earlier run.
    case tagged
    /// It has its drawing.
    case drawn

    /// What is said of one image.
    var words: String { String(phrase(1).dropFirst("1 ".count)) }

    func phrase(_ count: Int) -> String {
        switch self {
        case .captioned: "\(count) captioned before"
        case .described: "\(count) with a description of \(count == 1 ? "its" : "their") own"
        case .tagged: "\(count) tagged before"
        case .drawn: "\(count) drawn before"
        }
    }
}

/// How far a run is, in words and as a bar.
package struct RunProgress: Sendable, Equatable {
    /// Images that have their caption now, or had it before.
    package var captioned = 0
    package var skipped: [SkipReason: Int] = [:]
    package var failed = 0
    /// Images that are known of, those that are skipped included.
    package var total = 0
    package var isWatching = false
    /// Whether it is only told what would be done.
    package var isPlan = false

    package init() {}

    package var done: Int { captioned + skipped.values.reduce(0, +) + failed }

    /// `[#####-----] 50 of 100, 2 failed, 12 a minute, about 4 minutes left`.
    package func line(elapsed: Duration, width: Int) -> String {
        var words = "\(done) of \(total)"
        if failed > 0 { words += ", \(failed) failed" }
        words += isWatching && done == total ? ", waiting for pictures" : speed(elapsed)
        let room = min(width - words.count - 4, 40)
        guard room >= 10 else { return String(words.prefix(max(width - 1, 0))) }
        let filled = total > 0 ? room * min(done, total) / total : 0
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled) + "] " + words
    }

    /// `Captioned 3 pictures, skipped 2 captioned before, 1 failed.`
    package var summary: String {
        let verb = isPlan ? "Would caption" : "Captioned"
        var parts = ["\(verb) \(captioned) \(captioned == 1 ? "picture" : "pictures")"]
        let reasons = SkipReason.allCases.compactMap { reason in skipped[reason].map(reason.phrase) }
        if !reasons.isEmpty { parts.append("skipped " + reasons.joined(separator: " and ")) }
        if failed > 0 { parts.append("\(failed) failed") }
        return parts.joined(separator: ", ") + "."
    }

    private func speed(_ elapsed: Duration) -> String {
        let asked = captioned + failed
        let seconds = elapsed / .seconds(1)
        guard asked > 0, seconds > 0 else { return "" }
        let rate = Double(asked) / seconds
        let left = Double(max(total - done, 0)) / rate
        return ", \(Self.rate(rate))" + (left > 0 ? ", \(Self.duration(left)) left" : "")
    }

    private static func rate(_ perSecond: Double) -> String {
        func short(_ value: Double) -> String {
            value >= 10 ? "\(Int(min(value, 1e9)))" : "\((value * 10).rounded() / 10)"
        }
        if perSecond >= 1 { return short(perSecond) + " a second" }
        return perSecond * 60 >= 1 ? short(perSecond * 60) + " a minute" : short(perSecond * 3600) + " an hour"
    }

    private static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "about \(Int(max(seconds.rounded(), 1))) s"
        case ..<5400: "about \(Int((seconds / 60).rounded())) min"
        default: "about \(Int((min(seconds, 1e9) / 3600).rounded())) h"
        }
    }
}
