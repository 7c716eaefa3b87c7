import Captioning
import Florence2
import HTTPDoor
import Images
import Logging
import VisionAPITypes

extension RequestNotes {
    /// What the log's line says of a request's way.
    ///
    /// - Parameter ofOne: Whether the request has one image, whose size then counts.
    func note(_ event: CaptionEvent, ofOne: Bool = true) {
        switch event {
        case .understood(let header): if ofOne { note(header) }
        case .prepared: noteReady()
        case .admitted: noteTurn()
        case .thumbnail, .queued, .started, .text, .finished: break
        }
    }

    /// Of a prompt its task only; one that is none goes by `literal`.
    func note(_ prompts: [TaskPrompt]) {
        note("task", .string(prompts.map { $0.task?.token ?? "literal" }.joined(separator: ",")))
    }

    /// Fields that mean nothing and may be meant to.
    func note(misspelt fields: [String]) {
        if !fields.isEmpty { note("unknown_fields", .string(fields.joined(separator: ","))) }
    }

    /// Columns and rows of the upright image.
    func note(_ image: ImageHeader) {
        let size = ImageSize(upright: image)
        note("width", .stringConvertible(size.width))
        note("height", .stringConvertible(size.height))
    }
}
