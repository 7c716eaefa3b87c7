import ArgumentParser
import Florence2

/// How the model is to search for its answer.
struct GenerationOptions: ParsableArguments {
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

    var overrides: GenerationOverrides {
        GenerationOverrides(
            numBeams: numBeams, maxNewTokens: maxNewTokens, minNewTokens: minNewTokens,
            noRepeatNGramSize: noRepeatNgramSize, lengthPenalty: lengthPenalty, repetitionPenalty: repetitionPenalty)
    }

    func validate() throws {
        try check("num-beams", numBeams, GenerationOverrides.numBeamsRange)
        try check("max-new-tokens", maxNewTokens, GenerationOverrides.maxNewTokensRange)
        try check("min-new-tokens", minNewTokens, GenerationOverrides.minNewTokensRange)
        try check("no-repeat-ngram-size", noRepeatNgramSize, GenerationOverrides.noRepeatNGramSizeRange)
        try check("length-penalty", lengthPenalty, GenerationOverrides.lengthPenaltyRange)
        try check("repetition-penalty", repetitionPenalty, GenerationOverrides.repetitionPenaltyRange)
        if let minNewTokens, let maxNewTokens, minNewTokens > maxNewTokens {
            throw ValidationError(
                "--min-new-tokens (\(minNewTokens)) must not be more than --max-new-tokens (\(maxNewTokens)).")
        }
    }

    private func check<T>(_ flag: String, _ value: T?, _ range: ClosedRange<T>) throws {
        guard let value, !range.contains(value) else { return }
        throw ValidationError("--\(flag) is \(value): it must be from \(range.lowerBound) to \(range.upperBound).")
    }
}
