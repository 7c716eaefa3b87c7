import FoundationEssentials

/// config.json as it is stored; keys that the model does not need are not read: fine-tunes write what they like there.
struct ConfigurationFile: Decodable {
    let text_config: Text
    let vision_config: Vision

    struct Text: Decodable {
        let d_model: Int
        let encoder_layers: Int
        let decoder_layers: Int
        let encoder_attention_heads: Int
        let decoder_attention_heads: Int
        let scale_embedding: Bool?
        let activation_function: String?
        let normalize_before: Bool?
        let add_final_layer_norm: Bool?
    }

    struct Vision: Decodable {
        /// The original layout's name for the channels of each stage.
        let dim_embed: [Int]?
        /// The native layout's name for the same.
        let embed_dim: [Int]?
        let depths: [Int]
        let num_heads: [Int]
        let num_groups: [Int]
        let patch_size: [Int]
        let patch_stride: [Int]
        let patch_padding: [Int]
        let patch_prenorm: [Bool]
        let window_size: Int
        let image_feature_source: [String]?
    }
}

/// A sentence part that says which key of a JSON file is wrong.
func decodingReason(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context):
        "the key \((context.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
        "the key \(path(context)) has a value of the wrong type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
        "the key \(path(context)) has a value that cannot be used"
    default: "it is not valid JSON"
    }
}
