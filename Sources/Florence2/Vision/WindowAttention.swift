import Tensors

/// Multi-head self attention inside windows of windowSize x windowSize tokens, of the normed input.
///
/// The weights are here, the arithmetic is in `Tensors/Operations/Attention+windowed.swift`.
struct WindowAttention {
    // Shapes: x [H * W, C], qkv(x) [H * W, 3C] -> [H * W, C].
    private let qkv: Linear
    private let proj: Linear
    private let windowSize: Int
    private let numHeads: Int

    init(_ weights: Weights, channels: Int, windowSize: Int, numHeads: Int) throws {
        qkv = try weights.linear("qkv", outputs: 3 * channels, inputs: channels)
        proj = try weights.linear("proj", outputs: channels, inputs: channels)
        self.windowSize = windowSize
        self.numHeads = numHeads
    }

    /// x + attention(norm(x))
    func added(to x: FeatureMap, norm: LayerNorm, in workspace: Workspace) -> Tensor {
        Attention.addingWindowed(
            to: x.tokens, height: x.height, width: x.width, window: windowSize, heads: numHeads, norm: norm, qkv: qkv,
            proj: proj, in: workspace)
    }
}
