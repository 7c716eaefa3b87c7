/// Seconds between one call of `lap` and the next.
package struct Stopwatch {
    private var last = ContinuousClock.now

    package init() {}

    package mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return (now - last) / .seconds(1)
    }
}
