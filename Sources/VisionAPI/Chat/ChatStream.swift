import Captioning
import HTTPDoor
import Hummingbird
import Synchronization

/// A chat's answer as it goes out piece by piece, in the words of a dialect.
final class ChatStream<Writer: ChatWriter>: Sendable {
    private struct State {
        var writer: Writer
        var stop: StopSequences
        var hasBegun = false
        /// Bytes of text that have gone out.
        var sent = 0
    }

    private let stream: AnswerStream
    private let sendsText: Bool
    private let mustBegin: Bool
    private let state: Mutex<State>

    init(_ stream: AnswerStream, _ request: ChatRequest, _ writer: Writer) {
        self.stream = stream
        sendsText = request.canStreamText
        mustBegin = writer.mustBegin
        state = Mutex(State(writer: writer, stop: request.stop))
        stream.use(writer.format)
    }

    /// The head goes out when the image is decoded and has its place: hardly anything can fail from there on.
    func hear(_ event: CaptionEvent) {
        switch event {
        case .queued, .admitted, .started: begin()
        case .text(let text, _) where sendsText: send(text)
        case .understood, .prepared, .thumbnail, .text, .finished: break
        }
    }

    private func begin() {
        state.withLock { state in
            guard !state.hasBegun else { return }
            state.hasBegun = true
            write { try state.writer.beginning() }
        }
    }

    private func send(_ text: String) {
        state.withLock { state in
            let text = state.stop.add(text)
            state.sent += text.utf8.count
            if !text.isEmpty { write { try state.writer.text(text) } }
        }
    }

    /// What is left of the text, then what comes behind it; waits until the connection has all of it.
    func finish(_ outcome: ChatOutcome) async {
        if mustBegin { begin() }
        state.withLock { state in
            let rest = String(decoding: outcome.text.utf8.dropFirst(state.sent), as: UTF8.self)
            if !rest.isEmpty { write { try state.writer.text(rest) } }
            write { try state.writer.end(outcome) }
        }
        stream.end()
        await stream.delivered()
    }

    /// What holds only strings and numbers can always be written.
    private func write(_ piece: () throws -> ByteBuffer) {
        if let piece = try? piece() { stream.write(piece) }
    }
}
