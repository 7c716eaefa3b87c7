/// How many images a server gets at once, where that is to be found: more, as long as more bring more answers a second.
package struct AdaptiveLimit: Sendable, Equatable {
    package typealias Instant = ContinuousClock.Instant

    /// How many images now.
    package private(set) var value: Int
    private let most: Int
    /// The best that was measured, and with how many.
    private var best: (value: Int, rate: Double)?
    /// How many answers are still from before the last change.
    private var ignored: Int
    private var window: (start: Instant, answers: Int)?
    /// How many windows until more is tried again.
    private var rest = 0

    /// What has to be gained at least: less may be chance.
    private static let gain = 1.1
    private static let windowsOfRest = 20

    package init(start: Int, most: Int) {
        value = max(min(start, most), 1)
        self.most = max(most, 1)
        ignored = value
    }

    package static func == (left: Self, right: Self) -> Bool { left.value == right.value }

    /// An answer has come.
    package mutating func answered(now: Instant) {
        if ignored > 0 {
            ignored -= 1
            window = (now, 0)
            return
        }
        guard let start = window?.start else { return window = (now, 0) }
        let answers = (window?.answers ?? 0) + 1
        window = (start, answers)
        let seconds = (now - start) / .seconds(1)
        guard answers >= max(8, value * 2), seconds > 0 else { return }
        judge(Double(answers) / seconds)
        window = (now, 0)
    }

    /// The server has no room for as many.
    package mutating func refused() {
        change(to: max(value / 2, 1))
        best = nil
        rest = Self.windowsOfRest
    }

    private mutating func judge(_ rate: Double) {
        guard rest == 0 else {
            rest -= 1
            best = (value, rate)
            if rest == 0 { tryMore() }
            return
        }
        guard let old = best, value > old.value else {
            best = (value, rate)
            return tryMore()
        }
        if rate >= old.rate * Self.gain {
            best = (value, rate)
            tryMore()
        } else {
            change(to: old.value)
            rest = Self.windowsOfRest
        }
    }

    private mutating func tryMore() {
        if value == most { rest = Self.windowsOfRest } else { change(to: min(value * 2, most)) }
    }

    private mutating func change(to new: Int) {
        ignored = max(value, new)
        value = new
        window = nil
    }
}
