import ArgumentParser
import Foundation
import Images
import VisionAPI

/// Times what an image goes through before the model sees it.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture", abstract: "Time a picture's way from base64 to pixel values, as JSON.")

    @Argument(help: "The picture file.")
    var file: String

    @Option(help: "How often, after a first time that is not counted.")
    var rounds = 5

    func run() throws {
        let text = try Data(contentsOf: URL(filePath: file)).base64EncodedString()
        let (decoder, processor) = (ImageDecoder(), ImageProcessor())
        _ = try time(text, decoder, processor)
        let seconds = try (0..<max(1, rounds)).map { _ in try time(text, decoder, processor) }
        try JSONOutput.print(seconds)
    }

    /// Seconds of each part.
    private func time(_ text: String, _ decoder: ImageDecoder, _ processor: ImageProcessor) throws -> Seconds {
        let start = ContinuousClock.now
        let bytes = try Base64.decode(text[...].utf8)
        let decoded = ContinuousClock.now
        let prepared = try decoder.prepare(bytes, with: processor)
        let resized = ContinuousClock.now
        let values = prepared.pixelValues()
        let end = ContinuousClock.now
        precondition(values.count == processor.width * processor.height * 3)
        return Seconds(
            base64: (decoded - start) / .seconds(1), decode: (resized - decoded) / .seconds(1),
            normalise: (end - resized) / .seconds(1))
    }

    private struct Seconds: Encodable {
        let base64: Double
        let decode: Double  // and resize: rows are resized as they come
        let normalise: Double
    }
}
