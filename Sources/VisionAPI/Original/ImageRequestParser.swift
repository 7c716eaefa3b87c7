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

    private static let names = ProcessImageRequest.CodingKeys.allCases.map(\.rawValue)

    /// - Parameter notes: Get what is odd and yet accepted.
    /// - Throws: `VisionAPIError` or `TaskPromptError`, each of them the client's fault.
    func parse(_ body: ReadBody, as form: BodyForm, _ notes: RequestNotes) throws -> ImageRequest {
        let data = body.take()
        switch form {
        case .form(let boundary, let query): return try parse(data, boundary, query, notes)
        case .file(let query) where !BodyForm.isJSON(data):
            let fields = TextFields(TextFields.pairs(inQuery: query), named: Self.names)
            notes.note(misspelt: fields.misspelt)
            let settings = try settings(fields, fields.prompts("prompt", limit: ImageRequest.maxPromptCount))
            return settings.request([("", .success(Array(data)))], isSeveral: false)
        // The images are decoded out of the body's own memory, and that goes as soon as they are.
        case .file, .json: return try JSONBody(consume data).withText { try parse($0, notes) }
        }
    }

    private func parse(_ text: UnsafeMutableRawBufferPointer, _ notes: RequestNotes) throws -> ImageRequest {
        let fields = try RequestFields(UnsafeRawBufferPointer(text), named: Self.names)
        notes.note(misspelt: fields.misspelt)
        let list = try fields.rawTexts("images", limit: ImageRequest.maxImageCount)
        if let list, fields.has("image") || !(1...ImageRequest.maxImageCount).contains(list.count) {
            throw VisionAPIError.wrongNumberOfImages(limit: ImageRequest.maxImageCount)
        }
        let images = try list ?? [fields.rawText("image")]
        let settings = try settings(fields, fields.prompts("prompt", limit: ImageRequest.maxPromptCount))
        let files = images.map { image in
            Result { () throws(VisionAPIError) in
                var field = ImageField(UnsafeMutableRawBufferPointer(mutating: image))
                return try field.file()
            }
        }
        return settings.request(files.map { ("", $0) }, isSeveral: list != nil)
    }

    private func parse(
        _ data: Data, _ boundary: String?, _ query: String, _ notes: RequestNotes
    ) throws -> ImageRequest {
        try data.withUnsafeBytes { bytes in
            let parts = try Self.parts(bytes, boundary)
            let images = parts.filter { $0.name == "image" }
            let texts = parts.filter { $0.name != "image" }.map { part in
                // No text that is looked at is longer.
                let text = Self.names.contains(part.name) ? part.content.prefix(ImageRequest.maxPromptSize + 1) : 0..<0
                return (part.name, String(decoding: bytes[text], as: UTF8.self))
            }
            let fields = TextFields(texts + TextFields.pairs(inQuery: query), named: Self.names)
            notes.note(misspelt: fields.misspelt)
            guard !images.isEmpty else { throw VisionAPIError.missingFormField("image") }
            guard images.count <= ImageRequest.maxImageCount else {
                throw VisionAPIError.wrongNumberOfImages(limit: ImageRequest.maxImageCount)
            }
            let settings = try settings(fields, fields.prompts("prompt", limit: ImageRequest.maxPromptCount))
            let files = images.map { (name: $0.fileName ?? "", file: Self.file($0, bytes)) }
            return settings.request(files, isSeveral: files.count > 1)
        }
    }

    private static func parts(
        _ bytes: UnsafeRawBufferPointer, _ boundary: String?
    ) throws(VisionAPIError) -> [MultipartForm.Part] {
        do {
            return try MultipartForm(bytes, boundary: boundary).parts
        } catch {
            throw .malformedForm(error)
        }
    }

    /// A name or path in the place of a file is what comes when a sender forgets to say that it is one.
    private static func file(
        _ part: MultipartForm.Part, _ bytes: UnsafeRawBufferPointer
    ) -> Result<[UInt8], VisionAPIError> {
        if part.fileName == nil, ImageAddress(bytes[part.content]).isOne { return .failure(.fileNotAttached) }
        return .success(Array(bytes[part.content]))
    }

    private func settings(
        _ fields: some SearchFields, _ field: ProcessImageRequest.Prompts
    ) throws -> ImageSettings {
        let overrides = try overrides(fields)
        let keepAlive = try fields.keepAlive("keep_alive")
        let isList = if case .several = field { true } else { false }
        return ImageSettings(
            prompts: try prompts(field), isList: isList, overrides: overrides, keepAlive: keepAlive,
            cleanUp: try fields.cleanUp(),
            thumbnailSide: try fields.wholeNumber("thumbnail", in: ImageRequest.thumbnailSides))
    }

    private func overrides(_ fields: some SearchFields) throws(VisionAPIError) -> GenerationOverrides {
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

/// What a request asks, but for its images.
private struct ImageSettings {
    let prompts: [TaskPrompt]
    let isList: Bool
    let overrides: GenerationOverrides
    let keepAlive: KeepAlive?
    let cleanUp: CleanUpField?
    let thumbnailSide: Int?

    /// - Parameter files: With their names; one without a name goes by its number, from 1.
    func request(_ files: [(name: String, file: Result<[UInt8], VisionAPIError>)], isSeveral: Bool) -> ImageRequest {
        let images = files.enumerated().map { index, file in
            NamedImage(name: file.name.isEmpty ? "\(index + 1)" : file.name, file: HeldFile(file.file))
        }
        return ImageRequest(
            images: images, isSeveral: isSeveral, prompts: prompts, isList: isList, overrides: overrides,
            keepAlive: keepAlive, cleanUp: cleanUp, thumbnailSide: thumbnailSide)
    }
}
