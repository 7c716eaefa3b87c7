/// What the search for the answer's tokens obeys.
///
/// What is not given is as in the call that the original server and the models' cards make, `generate(num_beams=3,
/// do_sample=False, max_new_tokens=1024)`, and for all else transformers' own default, which switches it off.
public struct GenerationConfiguration: Sendable, Equatable {
    public var numBeams = 3
    /// Most tokens that are generated, forced begin and end included.
    public var maxNewTokens = 1024
    /// No answer ends before it has so many tokens, forced begin included.
    public var minNewTokens = 0
    /// The score of a token that occurs already is divided by this where it is above 0, and multiplied where below.
    public var repetitionPenalty = 1.0
    /// An n-gram of this length never occurs twice; 0 allows all.
    public var noRepeatNGramSize = 0
    /// Sequences of tokens that never occur.
    public var badWordsIDs: [[Int]] = []
    /// Tokens that never occur.
    public var suppressTokens: [Int] = []
    /// Tokens that are not the first one, or the first after the forced one.
    public var beginSuppressTokens: [Int] = []
    public var earlyStopping = EarlyStopping.heuristic
    /// A hypothesis' score is the sum of its log-probabilities divided by its length to this power.
    public var lengthPenalty = 1.0
    public var decoderStartTokenID = 2
    /// The token that always comes first; nil leaves the choice to the model.
    public var forcedBOSTokenID: Int?
    /// The token that always comes last at the length limit; nil leaves the choice to the model.
    public var forcedEOSTokenIDs: [Int]?
    /// Tokens that end an answer; where there are none, only its length does.
    public var eosTokenIDs = [2]

    /// When a search with as many finished hypotheses as beams ends.
    public enum EarlyStopping: Sendable, Equatable {
        /// At once.
        case always
        /// When the best running beam, by its present length, no longer beats the worst hypothesis.
        case heuristic
        /// The same, but a running beam is given the best length that it may still reach.
        case never
    }

    public init() {}
}

extension GenerationConfiguration {
    /// The settings of a model's files.
    init(_ file: GenerationFile) throws(ModelError) {
        func first<T>(_ key: (GenerationSettings) -> T?) -> T? { file.sources.lazy.compactMap(key).first }
        numBeams = first(\.num_beams) ?? numBeams
        maxNewTokens = first(\.max_new_tokens) ?? first(\.max_length).map { $0 &- 1 } ?? maxNewTokens
        minNewTokens = first(\.min_new_tokens) ?? max(0, (first(\.min_length) ?? 0) &- 1)
        repetitionPenalty = first(\.repetition_penalty) ?? repetitionPenalty
        noRepeatNGramSize = first(\.no_repeat_ngram_size) ?? noRepeatNGramSize
        badWordsIDs = first(\.bad_words_ids) ?? []
        suppressTokens = first(\.suppress_tokens) ?? []
        beginSuppressTokens = first(\.begin_suppress_tokens) ?? []
        earlyStopping = first(\.early_stopping?.value) ?? earlyStopping
        lengthPenalty = first(\.length_penalty) ?? lengthPenalty
        decoderStartTokenID = first(\.decoder_start_token_id) ?? first(\.bos_token_id) ?? decoderStartTokenID
        forcedBOSTokenID = first(\.forced_bos_token_id)
        forcedEOSTokenIDs = first(\.forced_eos_token_id?.values)
        eosTokenIDs = first(\.eos_token_id?.values) ?? []
        try check(file.name)
    }

    private func check(_ file: String) throws(ModelError) {
        func require(_ isValid: Bool, _ key: String, _ rule: String) throws(ModelError) {
            guard isValid else { throw .invalidFile(file, reason: "the generation setting \(key) must be \(rule)") }
        }
        let ids = 0...100_000_000
        try require((1...64).contains(numBeams), "num_beams", "from 1 to 64")
        try require((1...1_000_000).contains(maxNewTokens), "max_new_tokens (or max_length)", "above 0 (or 1)")
        try require((0...1_000_000).contains(minNewTokens), "min_new_tokens (or min_length)", "0 or more")
        try require((0...1_000_000).contains(noRepeatNGramSize), "no_repeat_ngram_size", "0 or more")
        try require(repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition_penalty", "above 0")
        try require(abs(lengthPenalty) <= 100, "length_penalty", "from -100 to 100")
        try require(ids.contains(decoderStartTokenID), "decoder_start_token_id", "a token")
        try require(forcedBOSTokenID.map(ids.contains) ?? true, "forced_bos_token_id", "a token")
        try require((forcedEOSTokenIDs ?? []).allSatisfy(ids.contains), "forced_eos_token_id", "a token")
        try require(eosTokenIDs.count <= 16 && eosTokenIDs.allSatisfy(ids.contains), "eos_token_id", "up to 16 tokens")
        try require(badWordsIDs.allSatisfy { !$0.isEmpty && $0.allSatisfy(ids.contains) }, "bad_words_ids", "tokens")
    }

    /// Throws where a setting names a token that the model does not have.
    func check(vocabularySize: Int) throws(ModelError) {
        guard let id = badWordsIDs.joined().first(where: { $0 >= vocabularySize }) else { return }
        let reason = "bad_words_ids names the token \(id), but the model has \(vocabularySize)"
        throw .invalidFile("generation_config.json", reason: reason)
    }

    /// These settings with what a request asks for.
    func overridden(by overrides: GenerationOverrides) -> GenerationConfiguration {
        var result = self
        result.numBeams = max(1, overrides.numBeams ?? numBeams)
        result.maxNewTokens = overrides.maxNewTokens ?? maxNewTokens
        result.minNewTokens = overrides.minNewTokens ?? minNewTokens
        result.noRepeatNGramSize = overrides.noRepeatNGramSize ?? noRepeatNGramSize
        result.lengthPenalty = overrides.lengthPenalty ?? lengthPenalty
        result.repetitionPenalty = overrides.repetitionPenalty ?? repetitionPenalty
        return result
    }
}
