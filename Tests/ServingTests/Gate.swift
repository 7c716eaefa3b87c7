import Eventually
import Foundation
import Synchronization
import Testing

/// Holds the model's thread until a test opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let standing = Atomic(false)

    /// Called on the model's thread: waits for `open()`.
    func pass() {
        standing.store(true, ordering: .sequentiallyConsistent)
        semaphore.wait()
    }

    func open() {
        semaphore.signal()
    }

    /// Waits until the model's thread stands at the gate.
    func someoneStands() async throws {
        try await eventually { standing.load(ordering: .sequentiallyConsistent) }
    }
}
