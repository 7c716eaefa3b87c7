/// Who loads a model, works with it for many at a time, and lets it go.
public protocol ModelRunner: Sendable {
    /// Throws why the model can't be had now. Never called while it is loaded.
    func load() async throws

    /// Returns once the model and its memory are gone. Called when nobody has the model.
    func unload() async
}
