import Synchronization

/// Tells the model's thread that nobody waits for the result any more.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool {
        flag.load(ordering: .relaxed)
    }

    func set() {
        flag.store(true, ordering: .relaxed)
    }
}
