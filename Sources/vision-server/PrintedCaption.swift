import Florence2
import Foundation

/// What `caption` prints of one image; the fields are those of `--json`.
struct PrintedCaption: Encodable {
    let file: String
    let prompt: String
    let result: Answer
    /// The decoded text with its special tokens.
    let text: String
    let tokenIDs: [Int]
    /// Of the winning hypothesis; absent where it is no finite number.
    let score: Float?
    let seconds: Seconds

    /// Parts that do not overlap; loading the model is in none of them.
    struct Seconds: Encodable {
        let decode: Double
        let vision: Double
        let encoder: Double
        let generate: Double
    }

    enum CodingKeys: String, CodingKey {
        case file, prompt, result, text, score, seconds
        case tokenIDs = "token_ids"
    }

    init(file: String, prompt: String, caption: Caption, decodeSeconds: Double) {
        self.file = file
        self.prompt = prompt
        result = caption.answer
        text = caption.text
        tokenIDs = caption.tokenIDs
        score = caption.score.isFinite ? caption.score : nil
        seconds = Seconds(
            decode: decodeSeconds, vision: caption.seconds.vision, encoder: caption.seconds.encoder,
            generate: caption.seconds.generate)
    }

    func json() throws -> String {
        try Self.json(self)
    }

    /// The answer for people; a task with places in the image has no form but JSON.
    func plain(withFile: Bool) throws -> String {
        let answer = if case .text(let text) = result { text } else { try Self.json(result) }
        return withFile ? "\(file): \(answer)" : answer
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
