import Tensors

/// The BART encoder over image features followed by the prompt.
struct Encoder {
    // Shapes: embeddings [T, P] -> states [T, P].
    private let positionEmbedding: PositionEmbedding
    private let layerNormEmbedding: LayerNorm
    private let layers: [EncoderLayer]

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        positionEmbedding = try PositionEmbedding(weights, configuration)
        layerNormEmbedding = try weights.layerNorm("layernorm_embedding", configuration.dModel)
        layers = try (0..<configuration.encoderLayers).map {
            try EncoderLayer(weights.scope("layers.\($0)"), configuration)
        }
    }

    /// How many rows fit.
    var maximumLength: Int { positionEmbedding.count }

    func callAsFunction(
        _ embeddings: Tensor, in workspace: Workspace, checkCancellation: () throws -> Void
    ) throws -> Tensor {
        let positioned = positionEmbedding.add(to: embeddings, positions: 0..<embeddings.rows, in: workspace)
        var x = layerNormEmbedding(positioned, in: workspace)
        for layer in layers {
            try checkCancellation()
            x = layer(x, in: workspace)
        }
        return x
    }
}
