import Tensors

/// A BART encoder layer; the norms come after the sums.
struct EncoderLayer {
    // Shapes: x [T, P] -> [T, P].
    private let selfAttention: SelfAttention
    private let selfAttentionLayerNorm: LayerNorm
    private let feedForward: FeedForward
    private let finalLayerNorm: LayerNorm

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        let width = configuration.dModel
        selfAttention = try SelfAttention(
            weights.scope("self_attn"), width: width, heads: configuration.encoderAttentionHeads)
        selfAttentionLayerNorm = try weights.layerNorm("self_attn_layer_norm", width)
        feedForward = try FeedForward(weights, channels: width)
        finalLayerNorm = try weights.layerNorm("final_layer_norm", width)
    }

    func callAsFunction(_ x: Tensor, in workspace: Workspace) -> Tensor {
        let h = selfAttentionLayerNorm(selfAttention.added(to: x, in: workspace), in: workspace)
        return finalLayerNorm(feedForward.added(to: h, in: workspace), in: workspace)
    }
}
