package import Florence2

/// What happens to a request on its way through the model.
package enum CaptionEvent: Sendable {
    /// It waits for the model, behind so many others.
    case queued(position: Int)
    /// Its picture is being encoded.
    case started
    /// More of the answer to one of its prompts that will not change any more; all of them together are the answer.
    case text(String, prompt: Int)
    /// The answers to its prompts, in their order; the last event.
    case finished([Caption])
}
