import CaptionCleaning
import Captioning
import Florence2
import HTTPDoor
import Hummingbird
import VisionAPITypes

extension StreamFormat {
    /// Events whose data is JSON; an error is the last of them.
    static let processImageEvents = StreamFormat(
        contentType: ServerSentEvent.contentType, headers: [.cacheControl: "no-store"], probe: ServerSentEvent.probe
    ) { error in
        let body = ProcessImageFailure(detail: error.detail, code: error.code, status: Int(error.status.code))
        // Two strings and a number can always be written.
        return ServerSentEvent.bytes("error", (try? ByteBuffer(json: body)) ?? ByteBuffer(string: "{}"))
    }
}

extension AnswerStream {
    /// Tells of what a client may want to see on the way.
    ///
    /// - Parameter image: Which of several it is about.
    func write(_ event: CaptionEvent, image: Int? = nil) throws {
        switch event {
        case .queued(let ahead): try write("queued", ProcessImageQueued(ahead: ahead, image: image))
        case .started: try write("started", ProcessImageStarted(image: image))
        case .text(let text, let prompt): try write("text", ProcessImageText(index: prompt, text: text, image: image))
        case .understood, .prepared, .thumbnail, .admitted, .finished: break
        }
    }

    /// A text that was cleaned comes in one piece: what goes from it is known at its end.
    func write(cleaned captions: [CleanCaption], image: Int?) throws {
        for (index, caption) in captions.enumerated() {
            guard let outcome = caption.outcome else { continue }
            try write("text", ProcessImageText(index: index, text: outcome.text, image: image))
        }
    }

    func write(_ result: ProcessImageResult) throws { try write("result", result) }

    private func write(_ name: String, _ data: some Encodable) throws {
        write(ServerSentEvent.bytes(name, try ByteBuffer(json: data)))
    }
}
