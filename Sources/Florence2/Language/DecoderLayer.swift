import Tensors

/// A BART decoder layer; the norms come after the sums.
struct DecoderLayer {
    // Shapes: x [B, P] -> [B, P], one row a beam.
    private let selfAttention: SelfAttention
    private let selfAttentionLayerNorm: LayerNorm
    private let encoderAttention: CrossAttention
    private let encoderAttentionLayerNorm: LayerNorm
    private let feedForward: FeedForward
    private let finalLayerNorm: LayerNorm

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        let (width, heads) = (configuration.dModel, configuration.decoderAttentionHeads)
        selfAttention = try SelfAttention(weights.scope("self_attn"), width: width, heads: heads)
        selfAttentionLayerNorm = try weights.layerNorm("self_attn_layer_norm", width)
        encoderAttention = try CrossAttention(weights.scope("encoder_attn"), width: width, heads: heads)
        encoderAttentionLayerNorm = try weights.layerNorm("encoder_attn_layer_norm", width)
        feedForward = try FeedForward(weights, channels: width)
        finalLayerNorm = try weights.layerNorm("final_layer_norm", width)
    }

    /// An empty cache for one request whose encoder states are `states`.
    func cache(_ states: Tensor, beams: Int, in workspace: Workspace) -> KVCache.Layer {
        KVCache.Layer(
            beams: beams, width: states.columns, heads: selfAttention.heads,
            encoderMemory: encoderAttention.memory(of: states, in: workspace), in: workspace)
    }

    /// `layer`: which of the caches' layers is this one's.
    func callAsFunction(_ x: Tensor, caches: inout [KVCache], layer: Int, in workspace: Workspace) -> Tensor {
        var h = selfAttentionLayerNorm(
            selfAttention.added(to: x, caches: &caches, layer: layer, in: workspace), in: workspace)
        h = encoderAttentionLayerNorm(
            encoderAttention.added(to: h, caches: caches, layer: layer, in: workspace), in: workspace)
        return finalLayerNorm(feedForward.added(to: h, in: workspace), in: workspace)
    }
}
