import Images
import Tensors

/// The network: vision tower, projector, encoder, decoder and head.
struct Florence2Model: Sendable {
    // Shapes: image features [T, P]; encoder states [T + prompt, P]; logits [beams, V].
    private let tower: VisionTower
    private let projector: MultiModalProjector
    private let promptEmbedding: TokenEmbedding
    private let decoderEmbedding: TokenEmbedding
    private let encoder: Encoder
    private let decoder: Decoder
    private let lmHead: Linear

    /// How many tokens there are.
    let vocabularySize: Int

    init(_ weights: Weights, _ layout: CheckpointLayout, _ configuration: Configuration) throws {
        let (language, text) = (weights.scope("language_model"), configuration.text)
        let names = EmbeddingNames(weights, layout, configuration)
        tower = try VisionTower(weights.scope("vision_tower"), configuration.vision)
        projector = try MultiModalProjector(weights.scope("multi_modal_projector"), configuration.vision)
        promptEmbedding = try TokenEmbedding(
            weights, names.shared, width: text.dModel, scale: text.promptEmbeddingScale)
        decoderEmbedding =
            names.decoder == names.shared
            ? promptEmbedding.scaled(by: text.embeddingScale)
            : try TokenEmbedding(weights, names.decoder, width: text.dModel, scale: text.embeddingScale)
        encoder = try Encoder(language.scope("encoder"), text)
        decoder = try Decoder(language.scope("decoder"), text)
        vocabularySize = try weights.shape(of: names.head).first ?? 0
        lmHead = try Self.head(weights, names.head, size: vocabularySize, width: text.dModel)
    }

    private static func head(_ weights: Weights, _ name: String, size: Int, width: Int) throws -> Linear {
        let bias = "language_model.final_logits_bias"
        return Linear(
            weight: try weights.matrix(name, outputs: size, inputs: width),
            bias: weights.contains(bias) ? try weights.tensor(bias, [1, size]).reshaped([size]) : nil)
    }

    /// How much fits, where images are prepared to this size; nil where the network cannot see such images: they are
    /// too small for the tower, or there are no positions for them.
    func limits(height: Int, width: Int) -> EngineLimits? {
        let (rows, columns) = (tower.outputSize(height), tower.outputSize(width))
        guard projector.hasPositions(height: rows, width: columns) else { return nil }
        return EngineLimits(
            newTokens: decoder.maximumLength, states: encoder.maximumLength,
            imageTokens: projector.tokenCount(height: rows, width: columns))
    }

    /// The features of a prepared image.
    func encodeImage(_ image: PreparedImage, in workspace: Workspace, observer: Observer) throws -> Tensor {
        let (height, width) = (image.pixels.height, image.pixels.width)
        guard limits(height: height, width: width) != nil else {
            throw ModelError.wrongImageSize(width: width, height: height)
        }
        let pixelValues = workspace.tensor([height * width, 3])
        pixelValues.withUnsafeMutableBufferPointer { image.pixelValues(into: $0) }
        observer.watch("pixel_values", pixelValues.reshaped([height, width, 3]))
        let features = try tower(
            FeatureMap(tokens: pixelValues, height: height, width: width), in: workspace,
            checkCancellation: observer.checkCancellation, watch: observer.watch)
        let imageFeatures = projector(features, in: workspace)
        observer.watch("image_features", imageFeatures)
        return imageFeatures
    }

    /// The encoder's states for image features followed by the prompt.
    func encode(
        imageFeatures: Tensor, promptIDs: [Int], in workspace: Workspace, observer: Observer
    ) throws -> Tensor {
        let embeddings = Tensor.concatenatingRows(
            [imageFeatures, promptEmbedding(promptIDs, in: workspace)], in: workspace)
        let states = try encoder(embeddings, in: workspace, checkCancellation: observer.checkCancellation)
        observer.watch("encoder_states", states)
        return states
    }

    /// The most bytes that the decoder keeps of an answer.
    func cacheByteCount(states: Int, beams: Int, tokens: Int, in workspace: Workspace) -> Int {
        decoder.cacheByteCount(states: states, beams: beams, tokens: tokens, in: workspace)
    }

    /// What the decoder keeps of a request, before its first token.
    func prefill(_ states: Tensor, beams: Int, in workspace: Workspace) -> KVCache {
        decoder.prefill(states, beams: beams, in: workspace)
    }

    /// Feeds one token a beam, the beams of all caches one after the other, and answers the scores of what may follow.
    func logits(feeding tokens: [Int], caches: inout [KVCache], in workspace: Workspace) -> Tensor {
        let hidden = decoder(decoderEmbedding(tokens, in: workspace), caches: &caches, in: workspace)
        return lmHead(hidden, in: workspace)
    }
}

/// Who looks on while a request is computed: may stop it between steps, may look at what each stage gives.
struct Observer {
    var checkCancellation: () throws -> Void = {}
    var watch: (_ name: String, _ tensor: Tensor) -> Void = { _, _ in }
}
