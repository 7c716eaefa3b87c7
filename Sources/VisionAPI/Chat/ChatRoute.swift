import Captioning
import Florence2
import HTTPDoor
import Hummingbird
import Serving

/// Answers chats, in the words of whatever dialect: parse, caption, format.
struct ChatRoute: Sendable {
    let service: CaptionService
    let bodies: BodyReader

    /// - Parameters:
    ///   - parse: Reads a body in place, on a thread of the preprocessing.
    ///   - writer: Writes the answer to what was understood.
    func answer<Writer: ChatWriter>(
        _ request: Request, _ context: DoorContext,
        parse: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> ChatDemand,
        writer: @escaping @Sendable (ChatRequest) -> Writer
    ) async throws -> Response {
        try await service.checkAdmission()
        let body = try await bodies.read(request)
        return try await answer(body, context, parse: parse, writer: writer)
    }

    func answer<Writer: ChatWriter>(
        _ body: ReadBody, _ context: DoorContext,
        parse: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> ChatDemand,
        writer: @escaping @Sendable (ChatRequest) -> Writer
    ) async throws -> Response {
        let start = ContinuousClock.now
        return try await context.answering { stream in
            let done: Done = try await service.withSlot(bytes: body.count) { slot in
                let chat: ChatRequest
                switch try await slot.parse(isLong: body.isLong, { try JSONBody(body.take()).chat(parse) }) {
                case .instead(let answer): return .later(answer)
                case .chat(let request): chat = request
                }
                context.notes.note(chat.choice.prompts)
                let pieces = chat.isStreamed ? ChatStream(stream, chat, writer(chat)) : nil
                let captions = try await captions(chat, slot, context) { pieces?.hear($0) }
                let outcome = try ChatOutcome(chat, captions, total: (ContinuousClock.now - start) / .seconds(1))
                guard let pieces else { return .now(try writer(chat).whole(outcome)) }
                try await pieces.finish(outcome)
                return .now(nil)
            }
            switch done {
            case .now(let response): return response
            // Whatever it waits for, it waits without a place in the queue.
            case .later(let answer): return try await answer()
            }
        }
    }

    private enum Done: Sendable {
        case now(Response?)
        case later(@Sendable () async throws -> Response)
    }

    /// The first image is answered in the request's own place; each further one takes one behind those who wait by then.
    private func captions(
        _ chat: ChatRequest, _ slot: CaptionService.Slot, _ context: DoorContext,
        _ report: @escaping @Sendable (CaptionEvent) -> Void
    ) async throws -> [[Caption]] {
        var captions: [[Caption]] = []
        for (index, input) in chat.inputs.enumerated() {
            let hear: @Sendable (CaptionEvent) -> Void = { event in
                if index == 0 { context.notes.note(event) }
                report(event)
            }
            captions.append(
                index == 0
                    ? try await slot.captions(input, chat.canStreamText, hear)
                    : try await service.withSlot(bytes: input.file.count) {
                        try await $0.captions(input, false, hear)
                    })
        }
        return captions
    }
}

extension CaptionService.Slot {
    fileprivate func captions(
        _ input: CaptionInput, _ wantsText: Bool, _ report: @escaping @Sendable (CaptionEvent) -> Void
    ) async throws -> [Caption] {
        try await answer(wantsText: wantsText, parse: { ChatQuestion(input: input) }, report: report).captions
    }
}

extension JSONBody {
    /// Errors of the JSON itself in the words of a chat.
    fileprivate consuming func chat(
        _ parse: (UnsafeMutableRawBufferPointer) throws -> ChatDemand
    ) throws -> ChatDemand {
        do {
            return try withText(parse)
        } catch VisionAPIError.malformedJSON(let reason) {
            throw ChatError.malformedJSON("\(reason)")
        } catch VisionAPIError.notAnObject {
            throw ChatError.notAnObject
        }
    }
}

extension ReadBody {
    /// The JSON of such a body may take some tenths of a second.
    var isLong: Bool { count > 4 << 20 }
}
