/// Generation settings as files store them; all of them may be absent or null.
struct GenerationSettings: Decodable {
    var num_beams: Int?
    var max_length: Int?
    var max_new_tokens: Int?
    var min_length: Int?
    var min_new_tokens: Int?
    var repetition_penalty: Double?
    var no_repeat_ngram_size: Int?
    var bad_words_ids: [[Int]]?
    var suppress_tokens: [Int]?
    var begin_suppress_tokens: [Int]?
    var early_stopping: EarlyStoppingValue?
    var length_penalty: Double?
    var bos_token_id: Int?
    var decoder_start_token_id: Int?
    var forced_bos_token_id: Int?
    var forced_eos_token_id: TokenIDs?
    var eos_token_id: TokenIDs?

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

        init(_ values: [Int]) { self.values = values }

        init(from decoder: any Swift.Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = if let one = try? container.decode(Int.self) { [one] } else { try container.decode([Int].self) }
        }
    }
}
