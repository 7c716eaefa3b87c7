import Captioning
import Florence2
import HTTPDoor
import HTTPTypes
import Hummingbird
import Images
import Logging
import Synchronization
import VisionAPITypes

/// `POST /process_image`: images and prompts come in, the model's answers go out, whole or as they come into being.
struct ProcessImageRoute: Sendable {
    let service: CaptionService
    let bodies: BodyReader
    let parser: ImageRequestParser

    /// A request that cannot be served now is refused before its body is read.
    @Sendable func processImage(_ request: Request, context: DoorContext) async throws -> Response {
        try await service.checkAdmission()
        let form = BodyForm(contentType: request.headers[.contentType], query: request.uri.query)
        let body = try await bodies.read(request)
        return request.accepts(ServerSentEvent.contentType)
            ? try await stream(body, form, context) : try await answer(body, form, context)
    }

    private func answer(_ body: ReadBody, _ form: BodyForm, _ context: DoorContext) async throws -> Response {
        try await context.cancelledOnDisconnect {
            try await service.withSlot(bytes: body.count) { slot in
                let result = try await result(slot, body, form, context.notes)
                var response = try Response.json(result)
                response.headers[.imageSize] = result.imageSize?.text
                return response
            }
        }
    }

    private func stream(_ body: ReadBody, _ form: BodyForm, _ context: DoorContext) async throws -> Response {
        try await context.streaming(.processImageEvents) { stream in
            try await service.withSlot(bytes: body.count) { slot in
                try stream.write(await result(slot, body, form, context.notes, stream))
                stream.end()
                await stream.delivered()
            }
        }
    }

    /// Answers the request's images one after the other. After each the request takes a new place behind those who wait:
    /// sixteen images are no more in anybody's way than sixteen requests.
    private func result(
        _ slot: CaptionService.Slot, _ body: ReadBody, _ form: BodyForm, _ notes: RequestNotes,
        _ stream: AnswerStream? = nil
    ) async throws -> ProcessImageResult {
        var request = try await slot.parse(isLong: body.isLong) { try parse(body, form, notes) }
        var (slot, images) = (slot, [ProcessImageResult.Image]())
        while let image = request.takeImage() {
            let (request, number) = (request, request.isSeveral ? images.count : nil)
            let thumbnail = Mutex<[UInt8]?>(nil)
            let size = UprightSize()
            do {
                let rest = request.images.isEmpty ? nil : request.byteCount
                let captions = try await slot.answer(
                    isLong: body.isLong, wantsText: stream != nil && request.cleanUp == nil, rest: rest
                ) {
                    try request.question(about: image)
                } report: { event in
                    notes.note(event, ofOne: number == nil)
                    if case .thumbnail(let file) = event { thumbnail.withLock { $0 = file } }
                    size.note(event)
                    // What holds only strings and numbers can always be written.
                    try? stream?.write(event, image: number)
                }.captions
                let clean = zip(captions, request.prompts).map { CleanCaption($0, of: $1, request.cleanUp) }
                try stream?.write(cleaned: clean, image: number)
                images.append(
                    .init(
                        name: image.name, outcome: .success(clean), size: size.value,
                        thumbnail: thumbnail.withLock { $0 }))
            } catch let error where request.isSeveral && Self.isOfOneImage(error) {
                images.append(
                    .init(
                        name: image.name, outcome: .failure(ErrorAnswer(answering: error) ?? .internalError),
                        size: size.value))
            }
            slot = slot.following()
        }
        return try ProcessImageResult(request, images, isDetailed: stream != nil)
    }

    private func parse(_ body: ReadBody, _ form: BodyForm, _ notes: RequestNotes) throws -> ImageRequest {
        let request = try parser.parse(body, as: form, notes)
        notes.note(request.prompts)
        if request.isSeveral { notes.note("images", .stringConvertible(request.images.count)) }
        return request
    }

    /// Whether another image of the same request may still be answered.
    private static func isOfOneImage(_ error: any Error) -> Bool {
        switch error {
        case is ImageError, is VisionAPIError, PreprocessingError.tooLarge, ModelError.damagedNumbers: true
        default: false
        }
    }
}

/// What an image's header has said of its size.
private final class UprightSize: Sendable {
    private let known = Mutex<ImageSize?>(nil)

    var value: ImageSize? { known.withLock { $0 } }

    func note(_ event: CaptionEvent) {
        guard case .understood(let header) = event else { return }
        known.withLock { $0 = ImageSize(upright: header) }
    }
}

extension ImageSize {
    /// Orientations from 5 on swap the sides.
    init(upright header: ImageHeader) {
        let isTurned = (5...8).contains(header.orientation)
        self.init(
            width: isTurned ? header.height : header.width, height: isTurned ? header.width : header.height)
    }
}

extension HTTPField.Name {
    /// Columns and rows of the upright image.
    static let imageSize = HTTPField.Name(ImageSize.header) ?? .via
}
