import Captioning
import Florence2
import HTTPDoor
import Hummingbird
package import Images
import Serving
import VisionAPITypes

/// Makes the bytes of a picture file what the model takes, and asks the question as it goes.
package typealias PreparePicture =
    @Sendable (_ file: [UInt8], ImageProcessor, @escaping DecodeWatch.Question) throws -> PreparedImage

/// `POST /process_image`: a picture and a prompt come in, the model's answer goes out.
struct ImageController<C: Clock>: Sendable where C.Duration == Duration {
    let host: ModelHost<CaptionWorker, C>
    let supply: ModelSupply<C>
    let parser: ImageRequestParser
    let preparePicture: PreparePicture
    let bodies: BodyReader
    private let decoding: DecodingQueue
    private let metrics = CaptionMetrics()

    init(
        host: ModelHost<CaptionWorker, C>, supply: ModelSupply<C>, configuration: ServerConfiguration,
        preparePicture: @escaping PreparePicture, freed: @escaping @Sendable (Int) -> Void
    ) {
        self.host = host
        self.supply = supply
        self.preparePicture = preparePicture
        parser = ImageRequestParser(extraPrompts: configuration.extraPrompts, anyPrompt: configuration.anyPrompt)
        decoding = DecodingQueue(budget: configuration.decoding)
        bodies = BodyReader(
            maxBodySize: configuration.maxBodySize, maxReadingSize: configuration.maxReadingSize,
            pace: .measured(), freed: freed)
    }

    /// A request that cannot be served now is refused before its body is read; then it takes its place in the line; then
    /// its picture is decoded and shrunk. So a bad one never wakes the model, and who is ready first passes the others.
    @Sendable func processImage(_ request: Request, context: DoorContext) async throws -> Response {
        let assets = try supply.take()
        try await host.checkAdmission()
        let body = try await bodies.read(request)
        return try await context.cancelledOnDisconnect {
            try await host.withPlace(bytes: body.count, isCallersFault: Self.isCallersFault) { place in
                let job = try await prepare(body, assets.processor, context.notes)
                return try answer(job, try await caption(job, place, context.notes))
            }
        }
    }

    /// In two steps, as the picture's header says how much memory the second one waits for. The file goes with the end of
    /// this function; the request that waits for the model holds a small picture.
    private func prepare(
        _ body: ReadBody, _ processor: ImageProcessor, _ notes: RequestNotes
    ) async throws -> ImageRequest {
        let ticket = decoding.drawTicket()
        let (request, bytes) = try await decoding.run(ticket, neverAsks: body.count > Self.longBody) { [parser] _ in
            let request = try parser.parse(body)
            notes.note(request.prompts)
            let header = try ImageDecoder().header(of: request.file, for: processor)
            notes.note(header)
            return (request, header.decodeMemory)
        }
        let image = try await decoding.run(ticket, bytes: bytes) { [preparePicture] question in
            try preparePicture(request.file, processor, question)
        }
        return request.with(image)
    }

    /// The JSON of a larger body may take some tenths of a second.
    private static var longBody: Int { 4 << 20 }

    /// What is answered with a status that begins with 4.
    @Sendable private static func isCallersFault(_ error: any Error) -> Bool {
        ErrorAnswer(answering: error)?.status.kind == .clientError
    }

    private func caption(
        _ job: ImageRequest, _ place: ModelHost<CaptionWorker, C>.Place, _ notes: RequestNotes
    ) async throws -> [Caption] {
        notes.noteReady()
        let request = CaptionRequest(image: job.image, prompts: job.prompts, overrides: job.overrides)
        let captions = try await place.withModel(bytes: job.byteCount, keepAlive: job.keepAlive) {
            worker, isCancelled in
            notes.noteTurn()
            return worker.begin(request, isCancelled: isCancelled)
        } result: {
            try await $0.captions()
        }
        for caption in captions { metrics.record(caption) }
        return captions
    }

    private func answer(_ job: ImageRequest, _ captions: [Caption]) throws -> Response {
        if job.isList {
            let results = zip(job.prompts, captions).map { ($0.original, $1.answer) }
            return try .json(ProcessImageResults(results: Dictionary(results) { first, _ in first }))
        }
        guard let caption = captions.first else { throw ModelHostError.stopping }
        return try .json(ProcessImageResponse(result: caption.answer))
    }
}
