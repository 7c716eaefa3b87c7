package import Florence2
package import Images

/// What happens to a request on its way through the service.
package enum CaptionEvent: Sendable {
    /// Its image's header was read; the image is decoded next.
    case understood(ImageHeader)
    /// Its image is prepared.
    case prepared
    /// The JPEG file of the thumbnail that it asks for.
    case thumbnail([UInt8])
    /// It waits for the model, behind so many others that are prepared; told again when that changes.
    case queued(ahead: Int)
    /// It was handed to the model.
    case admitted
    /// Its image is being encoded.
    case started
    /// More of the answer to one of its prompts that will not change any more; all of them together are the answer.
    case text(String, prompt: Int)
    /// The answers to its prompts, in their order; the last event.
    case finished([Caption])
}
