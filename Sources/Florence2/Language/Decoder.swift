import Tensors

/// The BART decoder, one step for all beams of several requests at a time.
struct Decoder {
    // Shapes: embeddings [B, P] -> hidden states [B, P].
    private let positionEmbedding: PositionEmbedding
    private let layerNormEmbedding: LayerNorm
    private let layers: [DecoderLayer]

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        positionEmbedding = try PositionEmbedding(weights, configuration)
        layerNormEmbedding = try weights.layerNorm("layernorm_embedding", configuration.dModel)
        layers = try (0..<configuration.decoderLayers).map {
            try DecoderLayer(weights.scope("layers.\($0)"), configuration)
        }
    }

    /// How many tokens can be fed.
    var maximumLength: Int { positionEmbedding.count }

    /// The cross-attention keys and values of `states`, and room for the beams' own.
    func prefill(_ states: Tensor, beams: Int, in workspace: Workspace) -> KVCache {
        KVCache(layers: layers.map { $0.cache(states, beams: beams, in: workspace) }, beams: beams)
    }

    /// The most bytes that a cache takes for so many encoder states and tokens.
    func cacheByteCount(states: Int, beams: Int, tokens: Int, in workspace: Workspace) -> Int {
        let layer = KVCache.Layer.byteCount(
            states: states, beams: beams, tokens: tokens, width: positionEmbedding.width, in: workspace)
        return layers.count * layer
    }

    /// Feeds one token a beam, the beams of all caches one after the other, each at its cache's next position.
    func callAsFunction(_ embeddings: Tensor, caches: inout [KVCache], in workspace: Workspace) -> Tensor {
        let positions = caches.flatMap { repeatElement($0.length, count: $0.beams) }
        let positioned = positionEmbedding.add(to: embeddings, positions: positions, in: workspace)
        for index in caches.indices { caches[index].extend() }
        var x = layerNormEmbedding(positioned, in: workspace)
        for index in layers.indices {
            x = layers[index](x, caches: &caches, layer: index, in: workspace)
        }
        return x
    }
}
