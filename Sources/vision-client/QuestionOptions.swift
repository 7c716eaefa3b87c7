import ArgumentParser
import CaptionClient

/// How the model is to search for its answer.
struct QuestionOptions: ParsableArguments {
    @Option(help: "Beams of the search, 1 to 8. (default: the model's own setting, 3 as a rule)")
    var numBeams: Int?

    @Option(help: "Maximum tokens of an answer, 1 to 1024. (default: the model's own setting, else 1024)")
    var maxNewTokens: Int?

    @Option(help: "Minimum tokens of an answer, 0 to 1024. (default: the model's own setting, else 0)")
    var minNewTokens: Int?

    @Option(help: "Length of token sequences that may not repeat, 0 (off) to 1024. (default: the model's own setting)")
    var noRepeatNgramSize: Int?

    @Option(
        parsing: .unconditional,
        help: "Above 0 prefers longer answers, -10 to 10. (default: the model's own setting, else 1)")
    var lengthPenalty: Double?

    @Option(help: "Above 1 avoids tokens that came already, 0.1 to 10. (default: the model's own setting, else 1)")
    var repetitionPenalty: Double?

    func validate() throws {
        try check("num-beams", numBeams, 1...8)
        try check("max-new-tokens", maxNewTokens, 1...1024)
        try check("min-new-tokens", minNewTokens, 0...1024)
        try check("no-repeat-ngram-size", noRepeatNgramSize, 0...1024)
        try check("length-penalty", lengthPenalty, -10...10)
        try check("repetition-penalty", repetitionPenalty, 0.1...10)
        if let minNewTokens, let maxNewTokens, minNewTokens > maxNewTokens {
            throw ValidationError(
                "--min-new-tokens (\(minNewTokens)) must not be more than --max-new-tokens (\(maxNewTokens)).")
        }
    }

    private func check<T>(_ flag: String, _ value: T?, _ range: ClosedRange<T>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("--\(flag) is \(value): it must be from \(range.lowerBound) to \(range.upperBound).")
    }

    func question(_ prompt: String) -> CaptionQuery {
        var question = CaptionQuery(prompt: prompt, numBeams: numBeams, maxNewTokens: maxNewTokens)
        question.minNewTokens = minNewTokens
        question.noRepeatNGramSize = noRepeatNgramSize
        question.lengthPenalty = lengthPenalty
        question.repetitionPenalty = repetitionPenalty
        return question
    }
}
