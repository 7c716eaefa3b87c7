import Florence2
import Foundation
import Images
import VisionAPITypes

/// Turns the body of a request into an `ImageRequest`, the cheap checks first.
struct ImageRequestParser: Sendable {
    let decoder: ImageDecoder
    let processor: ImageProcessor
    let extraPrompts: [String]
    let anyPrompt: Bool

    private static let wholeNumber = "a whole number"

    /// - Throws: `VisionAPIError`, `TaskPromptError` or `ImageError`, each of them the client's fault.
    func parse(_ body: Data) throws -> ImageRequest {
        let request = try Self.json(body)
        guard request.prompt.utf8.count <= ImageRequest.maxPromptSize else {
            throw VisionAPIError.promptTooLong(limit: ImageRequest.maxPromptSize)
        }
        let prompt = try TaskPrompt(request.prompt, extraPrompts: extraPrompts, anyPrompt: anyPrompt)
        let overrides = try Self.overrides(request)
        let picture = try decoder.decode(Self.file(request.image))
        return ImageRequest(image: processor.prepare(picture), prompt: prompt, overrides: overrides)
    }

    private static func json(_ body: Data) throws(VisionAPIError) -> ProcessImageRequest {
        do {
            return try JSONDecoder().decode(ProcessImageRequest.self, from: body)
        } catch DecodingError.keyNotFound(let key, _) {
            throw .missingField(key.stringValue)
        } catch DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context) {
            guard let field = context.codingPath.first else { throw .notAnObject }
            throw .mistypedField(field.stringValue, expected: type == String.self ? "a string" : wholeNumber)
        } catch {
            throw fieldThatIsNotWhole(body).map { .mistypedField($0, expected: wholeNumber) } ?? .malformedJSON
        }
    }

    /// JSONDecoder says of `1.5` in the place of an `Int`, too, that it is no valid JSON.
    private static func fieldThatIsNotWhole(_ body: Data) -> String? {
        guard let numbers = try? JSONDecoder().decode(LooseNumbers.self, from: body) else { return nil }
        if let beams = numbers.numBeams, Int(exactly: beams) == nil { return "num_beams" }
        if let tokens = numbers.maxNewTokens, Int(exactly: tokens) == nil { return "max_new_tokens" }
        return nil
    }

    private struct LooseNumbers: Decodable {
        let numBeams: Double?
        let maxNewTokens: Double?

        enum CodingKeys: String, CodingKey {
            case numBeams = "num_beams"
            case maxNewTokens = "max_new_tokens"
        }
    }

    private static func overrides(_ request: ProcessImageRequest) throws(VisionAPIError) -> GenerationOverrides {
        if let beams = request.numBeams, !ImageRequest.numBeams.contains(beams) {
            throw .outOfRange("num_beams", ImageRequest.numBeams)
        }
        if let tokens = request.maxNewTokens, !ImageRequest.maxNewTokens.contains(tokens) {
            throw .outOfRange("max_new_tokens", ImageRequest.maxNewTokens)
        }
        return GenerationOverrides(numBeams: request.numBeams, maxNewTokens: request.maxNewTokens)
    }

    /// The picture file's bytes.
    private static func file(_ image: String) throws(VisionAPIError) -> [UInt8] {
        var text = image[...]
        if text.utf8.prefix(5).elementsEqual("data:".utf8, by: { $0 | 0x20 == $1 || $0 == $1 }) {
            guard let comma = text.utf8.prefix(1024).firstIndex(of: UInt8(ascii: ",")),
                text[..<comma].lowercased().hasSuffix(";base64")
            else { throw .invalidDataURL }
            text = text[text.utf8.index(after: comma)...]
        }
        do {
            return try Base64.decode(text.utf8)
        } catch {
            throw .invalidBase64(error)
        }
    }
}
