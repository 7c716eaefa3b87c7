import HTTPDoor
import Serving
import Synchronization

extension BodyReader.Pace {
    /// Kept with the same measure as the queue's.
    static func measured() -> Self {
        let pace = MeasuredPace()
        return Self(
            began: { pace.value.withLock { $0.began(at: .now) } },
            ended: { pace.value.withLock { $0.ended(at: .now) } },
            secondsToWait: { others in pace.value.withLock { $0.secondsToWait(behind: others) } })
    }
}

private final class MeasuredPace: Sendable {
    let value = Mutex(ServicePace(at: ContinuousClock.now))
}
