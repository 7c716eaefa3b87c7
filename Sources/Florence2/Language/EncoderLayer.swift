import Tensors

/// A BART encoder layer; the norms come after the sums.
struct EncoderLayer {
    // Shapes: x [T, P] -> [T, P].
    private let selfAttention: SelfAttention
    private let selfAttentionLayerNorm: LayerNorm
    private let mlp: MLP
    private let finalLayerNorm: LayerNorm

    init(_ weights: Weights, _ configuration: TextConfiguration) throws {
        let width = configuration.dModel
        selfAttention = try SelfAttention(
            weights.scope("self_attn"), width: width, heads: configuration.encoderAttentionHeads)
        selfAttentionLayerNorm = try weights.layerNorm("self_attn_layer_norm", width)
        mlp = try MLP(weights, channels: width)
        finalLayerNorm = try weights.layerNorm("final_layer_norm", width)
    }

    func callAsFunction(_ x: Tensor, in workspace: Workspace) -> Tensor {
        let h = selfAttentionLayerNorm(selfAttention(x, in: workspace), in: workspace)
        return finalLayerNorm(mlp(h, residual: h, in: workspace), in: workspace)
    }
}
