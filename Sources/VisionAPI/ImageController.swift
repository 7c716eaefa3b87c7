import Florence2
import Foundation
import Hummingbird
import Images
import Serving
import VisionAPITypes

/// `POST /process_image`: a picture and a prompt come in, the model's answer goes out.
struct ImageController<C: Clock>: Sendable where C.Duration == Duration {
    let host: ModelHost<Captioner, C>
    let parser: ImageRequestParser
    let maxBodySize: Int
    private let decoding = DecodingQueue()

    init(host: ModelHost<Captioner, C>, processor: ImageProcessor, configuration: ServerConfiguration) {
        self.host = host
        parser = ImageRequestParser(
            decoder: ImageDecoder(), processor: processor,
            extraPrompts: configuration.extraPrompts, anyPrompt: configuration.anyPrompt)
        maxBodySize = configuration.maxBodySize
    }

    func addRoutes(to router: Router<VisionRequestContext>) {
        router.post("process_image", use: processImage)
    }

    /// The picture is decoded and shrunk before the request queues for the model: the queue holds small pictures only,
    /// and a bad one never wakes the model.
    @Sendable private func processImage(_ request: Request, context: VisionRequestContext) async throws -> Response {
        let caption = try await context.untilDeparture {
            let body = try await readBody(of: request)
            let job = try await decoding.run { [parser] in try parser.parse(body) }
            return try await host.withModel { captioner, isCancelled in
                try captioner.answer(job.image, prompt: job.prompt, overrides: job.overrides, isCancelled: isCancelled)
            }
        }
        return try .json(ProcessImageResponse(result: caption.answer))
    }

    private func readBody(of request: Request) async throws -> Data {
        if let announced = request.headers[.contentLength].flatMap(Int.init), announced > maxBodySize {
            throw VisionAPIError.bodyTooLarge(limit: maxBodySize)
        }
        do {
            let buffer = try await request.body.collect(upTo: maxBodySize)
            return buffer.withUnsafeReadableBytes { Data($0) }
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            throw BrokenConnection(reason: error)
        }
    }
}
