import Tensors

/// The BART decoder, one step for all beams of a request at a time.
struct Decoder {
    // Shapes: embeddings [B, P] -> hidden states [B, P].
    private let positionEmbedding: PositionEmbedding
    private let layerNormEmbedding: LayerNorm
    private let layers: [DecoderLayer]

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        positionEmbedding = try PositionEmbedding(weights, configuration)
        layerNormEmbedding = try weights.layerNorm("layernorm_embedding", configuration.dModel)
        layers = try (0..<configuration.decoderLayers).map {
            try DecoderLayer(weights.used(.fewRows).scope("layers.\($0)"), configuration)
        }
    }

    /// How many tokens can be fed.
    var maximumLength: Int { positionEmbedding.count }

    /// The cross-attention keys and values of `states`, and room for the beams' own.
    func prefill(_ states: Tensor, beams: Int, in workspace: Workspace) -> KVCache {
        KVCache(layers: layers.map { $0.cache(states, beams: beams, in: workspace) })
    }

    /// Feeds one token a beam at the cache's next position.
    func callAsFunction(_ embeddings: Tensor, cache: inout KVCache, in workspace: Workspace) -> Tensor {
        let positions = repeatElement(cache.length, count: embeddings.rows)
        let positioned = positionEmbedding.add(to: embeddings, positions: positions, in: workspace)
        var x = layerNormEmbedding(positioned, in: workspace)
        for index in layers.indices {
            x = layers[index](x, cache: &cache.layers[index], in: workspace)
        }
        return x
    }
}
