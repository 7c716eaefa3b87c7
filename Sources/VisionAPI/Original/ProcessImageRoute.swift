import Captioning
import Florence2
import HTTPDoor
import Hummingbird

/// `POST /process_image`: an image and a prompt come in, the model's answer goes out, whole or as it comes into being.
struct ProcessImageRoute: Sendable {
    let service: CaptionService
    let bodies: BodyReader
    let parser: ImageRequestParser

    /// A request that cannot be served now is refused before its body is read.
    @Sendable func processImage(_ request: Request, context: DoorContext) async throws -> Response {
        try await service.checkAdmission()
        let body = try await bodies.read(request)
        return request.accepts(ServerSentEvent.contentType)
            ? try await stream(body, context) : try await answer(body, context)
    }

    private func answer(_ body: ReadBody, _ context: DoorContext) async throws -> Response {
        try await context.cancelledOnDisconnect {
            try await service.withSlot(bytes: body.count) { slot in
                let (request, captions) = try await slot.answer(isLong: body.isLong) {
                    try parse(body, context.notes)
                } report: {
                    context.notes.note($0)
                }
                return try .json(ProcessImageResult(request, captions))
            }
        }
    }

    private func stream(_ body: ReadBody, _ context: DoorContext) async throws -> Response {
        try await context.streaming(.processImageEvents) { stream in
            try await service.withSlot(bytes: body.count) { slot in
                let (request, captions) = try await slot.answer(isLong: body.isLong, wantsText: true) {
                    try parse(body, context.notes)
                } report: { event in
                    context.notes.note(event)
                    // What holds only strings and numbers can always be written.
                    try? stream.write(event)
                }
                try stream.write(ProcessImageResult(request, captions, isDetailed: true))
                stream.end()
                await stream.delivered()
            }
        }
    }

    private func parse(_ body: ReadBody, _ notes: RequestNotes) throws -> ImageRequest {
        let request = try parser.parse(body, notes)
        notes.note(request.input.prompts)
        return request
    }
}
