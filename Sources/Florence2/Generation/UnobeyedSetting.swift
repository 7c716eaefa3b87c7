/// A generation setting of transformers that is not obeyed here, and the values with which that changes nothing.
struct UnobeyedSetting {
    let key: String
    private let neutral: [Value]

    /// Settings of sampling say nothing by themselves: only do_sample does.
    static let all = [
        UnobeyedSetting(key: "do_sample", neutral: [.flag(false)]),
        UnobeyedSetting(key: "num_beam_groups", neutral: [.number(1)]),
        UnobeyedSetting(key: "diversity_penalty", neutral: [.number(0)]),
        UnobeyedSetting(key: "penalty_alpha", neutral: [.number(0)]),
        UnobeyedSetting(key: "dola_layers", neutral: []),
        UnobeyedSetting(key: "constraints", neutral: [.other(isEmpty: true)]),
        UnobeyedSetting(key: "force_words_ids", neutral: [.other(isEmpty: true)]),
        UnobeyedSetting(key: "sequence_bias", neutral: [.other(isEmpty: true)]),
        UnobeyedSetting(key: "encoder_repetition_penalty", neutral: [.number(1)]),
        UnobeyedSetting(key: "encoder_no_repeat_ngram_size", neutral: [.number(0)]),
        UnobeyedSetting(key: "exponential_decay_length_penalty", neutral: []),
        UnobeyedSetting(key: "guidance_scale", neutral: [.number(1)]),
        UnobeyedSetting(key: "remove_invalid_values", neutral: [.flag(false)]),
        UnobeyedSetting(key: "renormalize_logits", neutral: [.flag(false)]),
        UnobeyedSetting(key: "watermarking_config", neutral: []),
        UnobeyedSetting(key: "num_return_sequences", neutral: [.number(1)]),
        UnobeyedSetting(key: "max_time", neutral: []),
        UnobeyedSetting(key: "stop_strings", neutral: [.other(isEmpty: true)]),
        UnobeyedSetting(key: "token_healing", neutral: [.flag(false)]),
    ]

    /// The setting in words; nil where the value is a neutral one.
    func sentence(_ value: Value) -> String? {
        guard !neutral.contains(value) else { return nil }
        return switch value {
        case .flag(let flag): "\(key) \(flag)"
        case .number(let number): "\(key) \(number)"
        case .text(let text): "\(key) \"\(text.prefix(50))\""
        case .other: key
        }
    }

    /// A value of any type.
    enum Value: Decodable, Equatable {
        case flag(Bool)
        case number(Double)
        case text(String)
        case other(isEmpty: Bool)

        init(from decoder: any Swift.Decoder) throws {
            if let container = try? decoder.singleValueContainer() {
                if let flag = try? container.decode(Bool.self) {
                    self = .flag(flag)
                    return
                }
                if let number = try? container.decode(Double.self) {
                    self = .number(number)
                    return
                }
                if let text = try? container.decode(String.self) {
                    self = .text(text)
                    return
                }
            }
            self = .other(isEmpty: (try? decoder.unkeyedContainer())?.count == 0)
        }
    }
}
