import FoundationEssentials

/// config.json as it is stored; keys that the model does not need are not read: fine-tunes write what they like there.
///
/// A key that is absent or null has the value that the layout's own configuration class gives it.
struct ConfigurationFile: Decodable {
    let text_config: Text?
    let vision_config: Vision?
    let tie_word_embeddings: Bool?

    struct Text: Decodable {
        var d_model: Int?
        var encoder_layers: Int?
        var decoder_layers: Int?
        var encoder_attention_heads: Int?
        var decoder_attention_heads: Int?
        var scale_embedding: Bool?
        var tie_word_embeddings: Bool?
        var activation_function: String?
        var normalize_before: Bool?
        var add_final_layer_norm: Bool?
    }

    struct Vision: Decodable {
        /// The original layout's name for the channels of each stage.
        var dim_embed: [Int]?
        /// The native layout's name for the same.
        var embed_dim: [Int]?
        var depths: [Int]?
        var num_heads: [Int]?
        var num_groups: [Int]?
        var patch_size: [Int]?
        var patch_stride: [Int]?
        var patch_padding: [Int]?
        var patch_prenorm: [Bool]?
        var window_size: Int?
        /// The original layout's alone.
        var image_feature_source: [String]?
        /// The native layout's alone.
        var activation_function: String?
    }
}

extension ConfigurationFile.Vision {
    /// Channels and heads of each stage where the file does not say them: the native layout's are those of the base
    /// model, the original's those of the large one.
    static func usual(_ layout: CheckpointLayout) -> (channels: [Int], heads: [Int]) {
        switch layout {
        case .native: ([128, 256, 512, 1024], [4, 8, 16, 32])
        case .original: ([256, 512, 1024, 2048], [8, 16, 32, 64])
        }
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
