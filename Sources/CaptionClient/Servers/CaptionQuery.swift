import Foundation

/// What is asked about each image.
package struct CaptionQuery: Sendable, Equatable {
    package var prompts: [String]
    /// Whether it is asked how each answer came about.
    package var isDetailed = false
    /// Beams of the search; the model's own number when absent.
    package var numBeams: Int?
    /// The most tokens of an answer; the model's own number when absent.
    package var maxNewTokens: Int?
    /// The fewest tokens of an answer; the model's own number when absent, as with all that follow.
    package var minNewTokens: Int?
    /// No sequence of so many tokens comes twice.
    package var noRepeatNGramSize: Int?
    /// Above 0 prefers longer answers.
    package var lengthPenalty: Double?
    /// Above 1 avoids tokens that came already.
    package var repetitionPenalty: Double?
    /// The longest side of the thumbnail that is wanted beside the answer; none when absent.
    package var thumbnailSide: Int?

    package init(prompt: String, numBeams: Int? = nil, maxNewTokens: Int? = nil) {
        prompts = [prompt]
        self.numBeams = numBeams
        self.maxNewTokens = maxNewTokens
    }

    /// The only prompt, or the first of several.
    package var prompt: String { prompts.first ?? "" }

    /// Whether the answer is a list of tags.
    package var asksForTags: Bool { prompts.count == 1 && PlainTask(prompt: prompt)?.isTags ?? false }

    /// Whether the results come by prompt: of several tasks, and where more is asked for than the result.
    var isList: Bool { prompts.count > 1 || isDetailed }

    /// The request's JSON up to the image's base64.
    func head() throws -> String {
        let fields = Fields(
            prompt: isList ? .array(prompts.map(AnyJSON.string)) : .string(prompt), num_beams: numBeams,
            max_new_tokens: maxNewTokens, min_new_tokens: minNewTokens,
            no_repeat_ngram_size: noRepeatNGramSize, length_penalty: lengthPenalty,
            repetition_penalty: repetitionPenalty, thumbnail: thumbnailSide)
        return try AnyJSON.line(fields).dropLast() + #","image":""#
    }

    /// What follows the base64.
    static let tail = #""}"#

    private struct Fields: Encodable {
        let prompt: AnyJSON
        let num_beams: Int?
        let max_new_tokens: Int?
        let min_new_tokens: Int?
        let no_repeat_ngram_size: Int?
        let length_penalty: Double?
        let repetition_penalty: Double?
        let thumbnail: Int?
    }
}
