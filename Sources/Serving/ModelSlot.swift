import Synchronization

/// Where the model lies while it is loaded.
final class ModelSlot<Model: Sendable>: Sendable {
    private let content = Mutex<Model?>(nil)

    /// Always there for one who has the model.
    var model: Model? { content.withLock { $0 } }

    func put(_ model: Model) {
        content.withLock { $0 = model }
    }

    func clear() {
        // Outside of the lock, as the model's end may take a while.
        let last = content.withLock { content in
            defer { content = nil }
            return content
        }
        withExtendedLifetime(last) {}
    }

    /// `body`'s result with the model that is there.
    func use<R>(
        _ body: (_ model: Model, _ isCancelled: () -> Bool) throws -> R, _ cancellation: Cancellation
    ) throws -> R {
        // The model is always there when a request has its turn; an empty slot counts as a host that has stopped.
        guard let model else { throw ModelHostError.stopping }
        guard !cancellation.isSet else { throw CancellationError() }
        return try body(model) { cancellation.isSet }
    }
}
