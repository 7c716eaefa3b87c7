/// Where the model lies while it is loaded.
///
/// `@unchecked`: only the model's thread touches what is inside.
final class ModelSlot<Model: Sendable>: @unchecked Sendable {
    private var model: Model?

    func put(_ model: Model) {
        self.model = model
    }

    func clear() {
        model = nil
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
