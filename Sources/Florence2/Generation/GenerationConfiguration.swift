import FoundationEssentials

/// What the search for the answer's tokens obeys.
public struct GenerationConfiguration: Sendable, Equatable {
    public var numBeams = 3
    /// Most tokens that are generated, forced begin and end included.
    public var maxNewTokens = 1024
    /// An n-gram of this length never occurs twice; 0 allows all.
    public var noRepeatNGramSize = 3
    public var earlyStopping = EarlyStopping.always
    /// A hypothesis' score is the sum of its log-probabilities divided by its length to this power.
    public var lengthPenalty = 1.0
    public var decoderStartTokenID = 2
    /// The token that always comes first; nil leaves the choice to the model.
    public var forcedBOSTokenID: Int? = 0
    /// The token that always comes last at the length limit; nil leaves the choice to the model.
    public var forcedEOSTokenIDs: [Int]? = [2]
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

    /// Florence-2's own settings.
    public init() {}

    /// The settings that the first of `sources` has a value for, key by key; where none has one, Florence-2's own.
    ///
    /// Each source is a JSON object: a generation_config.json or a text_config. Absent and null are no value; an
    /// explicit 0 or false is one.
    init(_ sources: [GenerationFile]) throws(ModelError) {
        func first<T>(_ key: (GenerationFile) -> T?) -> T? { sources.lazy.compactMap(key).first }
        numBeams = first(\.num_beams) ?? numBeams
        noRepeatNGramSize = first(\.no_repeat_ngram_size) ?? noRepeatNGramSize
        earlyStopping = first(\.early_stopping?.value) ?? earlyStopping
        lengthPenalty = first(\.length_penalty) ?? lengthPenalty
        decoderStartTokenID = first(\.decoder_start_token_id) ?? decoderStartTokenID
        forcedBOSTokenID = first(\.forced_bos_token_id) ?? forcedBOSTokenID
        forcedEOSTokenIDs = first(\.forced_eos_token_id?.values) ?? forcedEOSTokenIDs
        eosTokenIDs = first(\.eos_token_id?.values) ?? eosTokenIDs
        try check()
    }

    private func check() throws(ModelError) {
        let ids = eosTokenIDs + (forcedEOSTokenIDs ?? []) + [decoderStartTokenID, forcedBOSTokenID ?? 0]
        let isValid =
            (1...64).contains(numBeams) && (0...1_000_000).contains(noRepeatNGramSize) && lengthPenalty.isFinite
            && abs(lengthPenalty) <= 100 && ids.allSatisfy((0...100_000_000).contains)
            && (1...16).contains(eosTokenIDs.count)
        guard isValid else {
            throw ModelError.invalidFile(
                "generation_config.json or text_config", reason: "a generation setting has a value that makes no sense")
        }
    }
}

/// Generation settings as files store them; all of them may be absent or null.
struct GenerationFile: Decodable {
    let num_beams: Int?
    let no_repeat_ngram_size: Int?
    let early_stopping: EarlyStoppingValue?
    let length_penalty: Double?
    let decoder_start_token_id: Int?
    let forced_bos_token_id: Int?
    let forced_eos_token_id: TokenIDs?
    let eos_token_id: TokenIDs?

    init(json: Data, file: String) throws(ModelError) {
        do {
            self = try JSONDecoder().decode(GenerationFile.self, from: json)
        } catch {
            throw ModelError.invalidFile(file, reason: decodingReason(error))
        }
    }

    /// `true`, `false` or `"never"`.
    struct EarlyStoppingValue: Decodable {
        let value: GenerationConfiguration.EarlyStopping

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = flag ? .always : .heuristic
            } else if try container.decode(String.self) == "never" {
                value = .never
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not true, false or never")
            }
        }
    }

    /// One id or a list of them.
    struct TokenIDs: Decodable {
        let values: [Int]

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = if let one = try? container.decode(Int.self) { [one] } else { try container.decode([Int].self) }
        }
    }
}

/// What a flag or a request asks for; it wins over the model's own settings.
public struct GenerationOverrides: Sendable, Equatable {
    public var numBeams: Int?
    public var maxNewTokens: Int?

    public init(numBeams: Int? = nil, maxNewTokens: Int? = nil) {
        self.numBeams = numBeams
        self.maxNewTokens = maxNewTokens
    }
}
