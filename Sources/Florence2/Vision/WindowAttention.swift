import Tensors

/// Multi-head self attention inside windows of windowSize x windowSize tokens, of the normed input, added to it.
struct WindowAttention {
    // Shapes: x [H * W, C], qkv [H * W, 3C] -> [H * W, C].
    private let qkv: Linear
    private let proj: Linear
    private let qkvBias: Tensor
    private let windowSize: Int
    private let numHeads: Int

    init(_ weights: Weights, channels: Int, windowSize: Int, numHeads: Int) throws {
        qkv = try weights.linear("qkv", outputs: 3 * channels, inputs: channels)
        proj = try weights.linear("proj", outputs: channels, inputs: channels)
        qkvBias = try weights.tensor("qkv.bias", [3 * channels])
        self.windowSize = windowSize
        self.numHeads = numHeads
    }

    /// Windows that reach over the edge are padded with zeros after the norm, so a padded token's qkv is the bias.
    func callAsFunction(_ x: FeatureMap, norm: LayerNorm, in workspace: Workspace) -> Tensor {
        let attended = Attention.windowed(
            qkv: qkv(x.tokens, norm: norm, in: workspace), height: x.height, width: x.width, window: windowSize,
            heads: numHeads, paddingQKV: qkvBias, in: workspace)
        return proj(attended, residual: x.tokens, in: workspace)
    }
}
