/// How long one request has taken lately: a moving figure over the last ones, a value.
///
/// Only the time counts in which somebody is served. Those who are served together share it.
package struct ServicePace<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How many requests the figure is about.
    private static var window: Int { 16 }

    private var inService = 0
    /// Since when `inService` is what it is.
    private var since: Instant
    /// How long somebody has been served in all.
    private var busy = Duration.zero
    /// What `busy` was at the start or at an end, and at the ends that followed it.
    private var ends = [Duration.zero]

    package init(at now: Instant) {
        since = now
    }

    package mutating func began(at now: Instant) {
        advance(to: now)
        inService += 1
    }

    package mutating func ended(at now: Instant) {
        advance(to: now)
        inService = max(0, inService - 1)
        ends.append(busy)
        if ends.count > Self.window + 1 { ends.removeFirst() }
    }

    /// `nil` until one has ended.
    package var perRequest: Duration? {
        guard let first = ends.first, let last = ends.last, ends.count > 1 else { return nil }
        return (last - first) / (ends.count - 1)
    }

    /// Whole seconds until those before a request may be done, from 1 to 60; 5 while nothing is known.
    package func secondsToWait(behind count: Int) -> Int {
        guard let perRequest else { return 5 }
        return wholeSeconds(perRequest / .seconds(1) * Double(count))
    }

    private mutating func advance(to now: Instant) {
        if inService > 0 { busy += since.duration(to: now) }
        since = now
    }
}

/// What `Retry-After` may say of so many seconds: programs wait in vain for less than one, and don't heed more than 60.
public func wholeSeconds(_ seconds: Double) -> Int {
    // Not a number counts as the least.
    seconds > 1 ? Int(min(seconds, 60).rounded(.up)) : 1
}
