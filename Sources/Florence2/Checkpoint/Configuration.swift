import FoundationEssentials

/// The sizes of a Florence-2 model, as config.json gives them in either checkpoint layout.
struct Configuration: Sendable, Equatable {
    let vision: VisionConfiguration
    let text: TextConfiguration
    /// Whether the head is the embedding where a native checkpoint holds only one of them.
    let tiesHead: Bool

    /// Reads config.json; a size that no model can have is an error that names its key, and one that is missing the
    /// layout's usual one.
    init(json: Data, layout: CheckpointLayout) throws(ModelError) {
        let file: ConfigurationFile
        do {
            file = try JSONDecoder().decode(ConfigurationFile.self, from: json)
        } catch {
            throw invalid(decodingReason(error))
        }
        tiesHead = file.tie_word_embeddings ?? true
        text = try TextConfiguration(file.text_config ?? .init(), layout)
        vision = try VisionConfiguration(file.vision_config ?? .init(), layout, projectionDim: text.dModel)
    }
}

/// The vision tower (DaViT) and the projector behind it; one array element a stage.
struct VisionConfiguration: Sendable, Equatable {
    let embedDims: [Int]
    let depths: [Int]
    let numHeads: [Int]
    let numGroups: [Int]
    let patchSize: [Int]
    let patchStride: [Int]
    let patchPadding: [Int]
    /// Whether the layer norm comes before the patch convolution of a stage.
    let patchPrenorm: [Bool]
    let windowSize: Int
    /// Which token groups make up the image features, in order.
    let imageFeatureSource: [ImageFeatureSource]
    /// Width of the language model that the projector feeds.
    let projectionDim: Int

    /// One group of image tokens (an image is a video of one frame here, so the last two are the same tokens).
    enum ImageFeatureSource: String, Sendable {
        case spatialAveragePool = "spatial_avg_pool"
        case temporalAveragePool = "temporal_avg_pool"
        case lastFrame = "last_frame"
    }
}

/// The BART encoder and decoder.
struct TextConfiguration: Sendable, Equatable {
    let dModel: Int
    let encoderLayers: Int
    let decoderLayers: Int
    let encoderAttentionHeads: Int
    let decoderAttentionHeads: Int
    /// Whether the decoder's embedding is the prompt's where a native checkpoint holds only one of them.
    let tiesEmbeddings: Bool
    /// What the embeddings of the decoder's tokens are multiplied by.
    let embeddingScale: Float
    /// The same for the prompt's: the original code looks them up without.
    let promptEmbeddingScale: Float
}

extension VisionConfiguration {
    fileprivate init(
        _ file: ConfigurationFile.Vision, _ layout: CheckpointLayout, projectionDim: Int
    ) throws(ModelError) {
        let usual = ConfigurationFile.Vision.usual(layout)
        let own = layout == .native ? file.embed_dim ?? file.dim_embed : file.dim_embed ?? file.embed_dim
        let dims = own ?? usual.channels
        guard (1...8).contains(dims.count) else {
            throw invalid("vision_config has no usable dim_embed (or embed_dim)")
        }
        embedDims = try checked(dims, "dim_embed", 1...65_536)
        let count = dims.count
        func stages(_ values: [Int], _ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> [Int] {
            guard values.count == count else {
                throw invalid("vision_config.\(key) needs \(count) numbers, one a stage")
            }
            return try checked(values, key, range)
        }
        depths = try stages(file.depths ?? [1, 1, 9, 1], "depths", 0...1_000)
        numHeads = try stages(file.num_heads ?? usual.heads, "num_heads", 1...4_096)
        numGroups = try stages(file.num_groups ?? usual.heads, "num_groups", 1...4_096)
        patchSize = try stages(file.patch_size ?? [7, 3, 3, 3], "patch_size", 1...64)
        patchStride = try stages(file.patch_stride ?? [4, 2, 2, 2], "patch_stride", 1...64)
        patchPadding = try stages(file.patch_padding ?? [3, 1, 1, 1], "patch_padding", 0...64)
        patchPrenorm = file.patch_prenorm ?? [false, true, true, true]
        guard patchPrenorm.count == count else {
            throw invalid("vision_config.patch_prenorm needs \(count) values, one a stage")
        }
        windowSize = try checked(file.window_size ?? 12, "window_size", 1...64)
        for (stage, width) in embedDims.enumerated()
        where width % numHeads[stage] != 0 || width % numGroups[stage] != 0 {
            throw invalid("the \(width) channels of vision stage \(stage) do not split into its heads and groups")
        }
        imageFeatureSource = try Self.sources(layout == .original ? file.image_feature_source : nil)
        if layout == .native { try checkActivation(file.activation_function, "vision_config") }
        self.projectionDim = projectionDim
    }

    private static func sources(_ names: [String]?) throws(ModelError) -> [ImageFeatureSource] {
        guard let names else { return [.spatialAveragePool, .temporalAveragePool] }
        let sources = names.compactMap(ImageFeatureSource.init)
        guard sources.count == names.count, (1...8).contains(sources.count) else {
            throw invalid("vision_config.image_feature_source \(names) is not known")
        }
        return sources
    }
}

extension TextConfiguration {
    fileprivate init(_ file: ConfigurationFile.Text, _ layout: CheckpointLayout) throws(ModelError) {
        dModel = try checked(file.d_model ?? 1024, "d_model", 1...65_536)
        encoderLayers = try checked(file.encoder_layers ?? 12, "encoder_layers", 0...1_000)
        decoderLayers = try checked(file.decoder_layers ?? 12, "decoder_layers", 1...1_000)
        encoderAttentionHeads = try checked(file.encoder_attention_heads ?? 16, "encoder_attention_heads", 1...4_096)
        decoderAttentionHeads = try checked(file.decoder_attention_heads ?? 16, "decoder_attention_heads", 1...4_096)
        tiesEmbeddings = file.tie_word_embeddings ?? true
        embeddingScale = file.scale_embedding ?? false ? Float(Double(dModel).squareRoot()) : 1
        promptEmbeddingScale = layout == .native ? embeddingScale : 1
        guard dModel % encoderAttentionHeads == 0, dModel % decoderAttentionHeads == 0 else {
            throw invalid("d_model \(dModel) cannot be split into the attention heads")
        }
        guard file.normalize_before != true, file.add_final_layer_norm != true else {
            throw invalid("normalize_before or add_final_layer_norm is true, which no Florence-2 has")
        }
        try checkActivation(file.activation_function, "text_config")
    }
}

private func checkActivation(_ name: String?, _ section: String) throws(ModelError) {
    guard let name, name != "gelu" else { return }
    throw invalid("\(section).activation_function is \(name), but every Florence-2 uses gelu, and nothing else is done")
}

private func invalid(_ reason: String) -> ModelError { .invalidFile("config.json", reason: reason) }

private func checked(_ value: Int, _ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
    guard range.contains(value) else {
        throw invalid("\(key) is \(value), outside \(range.lowerBound) to \(range.upperBound)")
    }
    return value
}

private func checked(_ values: [Int], _ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> [Int] {
    for value in values { _ = try checked(value, key, range) }
    return values
}
