import Captioning
import Florence2
import Foundation
import HTTPDoor
import Serving
import VisionAPITypes

/// Turns the body of a request into an `ImageRequest`, the cheap checks first.
struct ImageRequestParser: Sendable {
    let extraPrompts: [String]
    let anyPrompt: Bool

    /// - Parameter notes: Get what is odd and yet accepted.
    /// - Throws: `VisionAPIError` or `TaskPromptError`, each of them the client's fault.
    func parse(_ body: ReadBody, _ notes: RequestNotes) throws -> ImageRequest {
        // The image is decoded out of the body's own memory, and that goes as soon as it is.
        try JSONBody(body.take()).withText { try parse($0, notes) }
    }

    private func parse(_ text: UnsafeMutableRawBufferPointer, _ notes: RequestNotes) throws -> ImageRequest {
        let names = ProcessImageRequest.CodingKeys.allCases.map(\.rawValue)
        let fields = try RequestFields(UnsafeRawBufferPointer(text), named: names)
        notes.note(misspelt: fields.misspelt)
        let image = try fields.rawText("image")
        let field = try fields.prompts("prompt", limit: ImageRequest.maxPromptCount)
        let overrides = try overrides(fields)
        let keepAlive = try fields.keepAlive("keep_alive")
        let prompts = try prompts(field)
        var imageField = ImageField(UnsafeMutableRawBufferPointer(mutating: image))
        let isList = if case .several = field { true } else { false }
        let input = CaptionInput(
            file: try imageField.file(), prompts: prompts, overrides: overrides, keepAlive: keepAlive)
        return ImageRequest(input: input, isList: isList)
    }

    private func overrides(_ fields: RequestFields) throws(VisionAPIError) -> GenerationOverrides {
        let overrides = GenerationOverrides(
            numBeams: try fields.wholeNumber("num_beams", in: GenerationOverrides.numBeamsRange),
            maxNewTokens: try fields.wholeNumber("max_new_tokens", in: GenerationOverrides.maxNewTokensRange),
            minNewTokens: try fields.wholeNumber("min_new_tokens", in: GenerationOverrides.minNewTokensRange),
            noRepeatNGramSize: try fields.wholeNumber(
                "no_repeat_ngram_size", in: GenerationOverrides.noRepeatNGramSizeRange),
            lengthPenalty: try fields.number("length_penalty", in: GenerationOverrides.lengthPenaltyRange),
            repetitionPenalty: try fields.number("repetition_penalty", in: GenerationOverrides.repetitionPenaltyRange))
        if let min = overrides.minNewTokens, let max = overrides.maxNewTokens, min > max {
            throw .minAboveMax(min: min, max: max)
        }
        return overrides
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

    /// - Throws: `VisionAPIError.promptTooLong`, `TaskPromptError`.
    func parse(_ prompt: String) throws -> TaskPrompt {
        guard prompt.utf8.count <= ImageRequest.maxPromptSize else {
            throw VisionAPIError.promptTooLong(limit: ImageRequest.maxPromptSize)
        }
        return try TaskPrompt(prompt, extraPrompts: extraPrompts, anyPrompt: anyPrompt)
    }
}

/// A request to `/process_image` whose fields are valid.
struct ImageRequest: ParsedRequest {
    var input: CaptionInput
    /// Whether the prompts came as a list, and the results go out by prompt.
    let isList: Bool

    static let maxPromptSize = 64 << 10
    static let maxPromptCount = 32
}
