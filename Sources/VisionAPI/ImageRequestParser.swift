import Florence2
import Foundation
import Serving
import VisionAPITypes

/// Turns the body of a request into a `ParsedRequest`, the cheap checks first.
struct ImageRequestParser: Sendable {
    let extraPrompts: [String]
    let anyPrompt: Bool

    /// - Throws: `VisionAPIError` or `TaskPromptError`, each of them the client's fault.
    func parse(_ body: ReadBody) throws -> ParsedRequest {
        // The body goes as soon as its fields are there: it is as large as the picture's base64.
        let request = try ProcessImageRequest(parsing: body.take())
        let prompts = try prompts(request.prompt)
        let overrides = try Self.overrides(request)
        let keepAlive = try request.keepAlive.map(KeepAlive.init(field:))
        let isList = if case .several = request.prompt { true } else { false }
        return ParsedRequest(
            file: try Self.file(request.image), prompts: prompts, isList: isList, overrides: overrides,
            keepAlive: keepAlive)
    }

    private func prompts(_ field: ProcessImageRequest.Prompts) throws -> [TaskPrompt] {
        switch field {
        case .one(let prompt): return [try parse(prompt)]
        case .several(let prompts):
            guard (1...ImageRequest.maxPromptCount).contains(prompts.count) else {
                throw VisionAPIError.wrongNumberOfPrompts(limit: ImageRequest.maxPromptCount)
            }
            let parsed = try prompts.map(parse)
            for (index, prompt) in parsed.enumerated()
            where parsed[..<index].contains(where: { $0.text == prompt.text }) {
                throw VisionAPIError.repeatedPrompt(prompt.original)
            }
            return parsed
        }
    }

    private func parse(_ prompt: String) throws -> TaskPrompt {
        guard prompt.utf8.count <= ImageRequest.maxPromptSize else {
            throw VisionAPIError.promptTooLong(limit: ImageRequest.maxPromptSize)
        }
        return try TaskPrompt(prompt, extraPrompts: extraPrompts, anyPrompt: anyPrompt)
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

extension KeepAlive {
    /// What the field of a request means.
    init(field: ProcessImageRequest.KeepAliveField) throws(VisionAPIError) {
        let keepAlive: KeepAlive? =
            switch field {
            case .text(let text): KeepAlive(text)
            case .seconds(..<0): .forever
            // Part of a second counts as a whole one.
            case .seconds(let seconds): Int(exactly: seconds.rounded(.up)).flatMap(KeepAlive.init(seconds:))
            }
        guard let keepAlive else { throw .invalidKeepAlive }
        self = keepAlive
    }
}
