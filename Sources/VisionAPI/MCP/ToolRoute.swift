import Captioning
import Florence2
import Foundation
import HTTPDoor
import Hummingbird
import Logging
import ModelContext
import Serving
import Synchronization

/// `POST /mcp`: a message comes in, its answer goes out; where a call's progress is asked for, as events.
struct ToolRoute: Sendable {
    let service: CaptionService
    let bodies: BodyReader
    let desk: ToolDesk
    let parser: ImageRequestParser
    /// Knows what stands for tags on a model that has none.
    let chooser: TaskChooser
    /// How long a call may wait until the model takes it up: some clients give up after a minute.
    let patience: Duration

    /// Reads every message that it can: one that is refused with a status is lost on many clients.
    @Sendable func message(_ request: Request, context: DoorContext) async throws -> Response {
        let body = try await bodies.read(request)
        let text = MessageText(body.take())
        switch await text.step(desk) {
        case .nothing, .cancel: return Response(status: .accepted)
        case .answer(let answer): return .rpc(answer)
        case .unreadable(let answer): return .rpc(answer, status: .badRequest)
        case .call(let call):
            context.notes.note("tool", .string(call.tool.rawValue))
            let run = Run(route: self, call: call, text: text, size: body.count, notes: context.notes)
            guard let token = call.progressToken else {
                return .rpc(try await context.cancelledOnDisconnect { try await run.answer() })
            }
            return try await context.streaming(.messages(call)) { stream in
                // A client that sees the answer begin waits longer.
                stream.write(ServerSentEvent.probe)
                let progress = Mutex(ToolProgress(token))
                let answer = try await run.answer { event in
                    progress.withLock { progress in
                        if let message = progress.hear(event) { stream.write(message: message) }
                    }
                }
                stream.write(message: answer)
            }
        }
    }

    /// One call on its way.
    private struct Run: Sendable {
        let route: ToolRoute
        let call: ToolCall
        let text: MessageText
        let size: Int
        let notes: RequestNotes

        /// The message to the client, also where the tool has failed for a reason that it can be told.
        func answer(_ tell: (@Sendable (ToolProgress.Event) -> Void)? = nil) async throws -> String {
            do {
                return call.answer(try await captioned(tell))
            } catch {
                guard let answer = ErrorAnswer(answering: error), !Task.isCancelled else { throw error }
                notes.note("tool_error", .string(answer.code))
                return call.failure(answer.detail)
            }
        }

        private func captioned(_ tell: (@Sendable (ToolProgress.Event) -> Void)?) async throws -> String {
            let start = ToolStart()
            return try await start.within(route.patience) {
                try await route.service.withSlot(bytes: size) { slot in
                    let (question, captions) = try await slot.answer(isLong: size > 4 << 20, wantsText: tell != nil) {
                        try parse()
                    } report: { event in
                        if case .admitted = event { start.note() }
                        notes.note(event)
                        if let event = ToolProgress.Event(event) { tell?(event) }
                    }
                    guard let caption = captions.first else { throw ModelHostError.stopping }
                    return question.reading.text(of: caption)
                }
            } otherwise: {
                ToolDelay(route.patience, await route.service.host.status)
            }
        }

        private func parse() throws -> ToolQuestion {
            let (prompt, file) = try text.question(call)
            let reading =
                call.tool == .tags
                ? try route.chooser.reading(.generateTags)
                : TaskReading(prompt: try route.parser.parse(prompt), form: .native)
            let question = ToolQuestion(
                input: CaptionInput(file: file, prompts: [reading.prompt]), reading: reading)
            notes.note(question.input.prompts)
            return question
        }
    }
}

private struct ToolQuestion: ParsedRequest {
    var input: CaptionInput
    let reading: TaskReading
}

extension ToolProgress.Event {
    /// `nil` for what is of no interest to a chat.
    fileprivate init?(_ event: CaptionEvent) {
        switch event {
        case .queued(let ahead): self = .queued(ahead: ahead)
        case .started: self = .started
        case .text(let text, _): self = .text(text)
        case .understood, .prepared, .thumbnail, .admitted, .finished: return nil
        }
    }
}

extension Response {
    fileprivate static func rpc(_ message: String, status: HTTPResponse.Status = .ok) -> Response {
        let body = ByteBuffer(string: message)
        let headers: HTTPFields = [.contentType: "application/json", .contentLength: String(body.readableBytes)]
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }
}

extension StreamFormat {
    /// Events, each a message; what went wrong on the way is the call's result.
    fileprivate static func messages(_ call: ToolCall) -> StreamFormat {
        StreamFormat(
            contentType: ServerSentEvent.contentType, headers: [.cacheControl: "no-store"],
            probe: ServerSentEvent.probe
        ) { error in
            ServerSentEvent.bytes("message", ByteBuffer(string: call.failure(error.detail)))
        }
    }
}

extension AnswerStream {
    fileprivate func write(message: String) {
        write(ServerSentEvent.bytes("message", ByteBuffer(string: message)))
    }
}
