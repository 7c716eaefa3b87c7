import Captioning
import Florence2
import HTTPDoor
import Hummingbird
import ImageHosts
import Serving

/// Answers chats, in the words of whatever dialect: parse, caption, format.
struct ChatRoute: Sendable {
    let service: CaptionService
    let bodies: BodyReader
    /// Fetches images from addresses; `nil`: there are none.
    let fetcher: ImageFetcher?

    /// - Parameters:
    ///   - parse: Reads a body in place, on a thread of the preprocessing.
    ///   - writer: Writes the answer to what was understood.
    func answer<Writer: ChatWriter>(
        _ request: Request, _ context: DoorContext,
        parse: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> ChatDemand,
        writer: @escaping @Sendable (ChatRequest) -> Writer
    ) async throws -> Response {
        // Whether the model is there is asked when it is known that it is needed.
        try await service.host.checkAdmission()
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
                switch try await slot.parse(isLong: body.isLong, { try JSONBody(body.take()).chat(parse) }) {
                case .instead(let answer): return .later(answer)
                case .chat(let chat) where chat.hasAddresses: return await waiting(chat, besides: body.count)
                case .chat(let chat): return .now(try await answer(chat, slot, context, stream, writer, since: start))
                }
            }
            switch done {
            case .now(let response): return response
            // Whatever it waits for, it waits without a place in the queue.
            case .later(let answer): return try await answer()
            case .fetch(let chat, let share):
                defer { share.release() }
                let chat = try await fetched(chat, share)
                return try await service.withSlot(bytes: chat.byteCount) { slot in
                    // From here on the queue counts them.
                    share.release()
                    return try await answer(chat, slot, context, stream, writer, since: start)
                }
            }
        }
    }

    private func answer<Writer: ChatWriter>(
        _ chat: ChatRequest, _ slot: CaptionService.Slot, _ context: DoorContext, _ stream: AnswerStream,
        _ writer: (ChatRequest) -> Writer, since start: ContinuousClock.Instant
    ) async throws -> Response? {
        context.notes.note(chat.choice.prompts)
        let pieces = chat.isStreamed ? ChatStream(stream, chat, writer(chat)) : nil
        let captions = try await captions(chat, slot, context) { pieces?.hear($0) }
        let outcome = try ChatOutcome(chat, captions, total: (ContinuousClock.now - start) / .seconds(1))
        guard let pieces else { return try writer(chat).whole(outcome) }
        await pieces.finish(outcome)
        return nil
    }

    /// Counts what a chat holds while it waits for images, beside all that waits in the queue.
    ///
    /// - Parameter own: Bytes that the queue counts for the chat itself until then.
    private func waiting(_ chat: ChatRequest, besides own: Int) async -> Done {
        guard let share = fetcher?.share() else { return .later { throw ChatError.imageAddress } }
        let queued = await service.host.status.waitingBytes - own
        do throws(ImageFetchError) {
            try share.add(chat.byteCount, beside: queued)
            return .fetch(chat, share)
        } catch {
            return .later { throw error }
        }
    }

    /// The same with all images there; together they may have as many bytes as a body.
    private func fetched(_ chat: ChatRequest, _ share: FetchShare) async throws -> ChatRequest {
        guard let fetcher else { throw ChatError.imageAddress }
        var chat = chat
        var left = bodies.maxBodySize
        for (index, image) in chat.images.enumerated() {
            guard case .address(let url) = image else { continue }
            let file = try await fetcher.fetch(url, upTo: left, share)
            left -= file.count
            chat.images[index] = .file(ChatFile(file))
        }
        return chat
    }

    private enum Done: Sendable {
        case now(Response?)
        case fetch(ChatRequest, FetchShare)
        case later(@Sendable () async throws -> Response)
    }

    /// Answers the images one after the other. After each the request waits anew behind those who wait by then: sixteen
    /// images are no more in anybody's way than sixteen requests.
    private func captions(
        _ chat: ChatRequest, _ slot: CaptionService.Slot, _ context: DoorContext,
        _ report: @escaping @Sendable (CaptionEvent) -> Void
    ) async throws -> [[Caption]] {
        let files = chat.files
        if files.count > 1 { try await slot.check(files.map(\.bytes)) }
        var (slot, captions, rest) = (slot, [[Caption]](), chat.byteCount)
        for (index, file) in files.enumerated() {
            rest -= file.count
            let isLast = index == files.count - 1
            captions.append(
                try await slot.answer(wantsText: chat.canStreamText, rest: isLast ? nil : rest) {
                    ChatQuestion(input: chat.input(file.take()))
                } report: { event in
                    context.notes.note(event, ofOne: chat.images.count == 1)
                    report(event)
                }.captions)
            slot = slot.following()
        }
        return captions
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
