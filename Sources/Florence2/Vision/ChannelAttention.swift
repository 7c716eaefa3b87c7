import Tensors

/// Self attention between the channels of a group, over all tokens, of the normed input.
///
/// The weights are here, the arithmetic is in `Tensors/Operations/Attention+channelwise.swift`.
struct ChannelAttention {
    // Shapes: x [N, C], qkv(x) [N, 3C] -> [N, C].
    private let qkv: Linear
    private let proj: Linear
    private let numGroups: Int

    init(_ weights: Weights, channels: Int, numGroups: Int) throws {
        qkv = try weights.linear("qkv", outputs: 3 * channels, inputs: channels)
        proj = try weights.linear("proj", outputs: channels, inputs: channels)
        self.numGroups = numGroups
    }

    /// x + attention(norm(x))
    func added(to x: FeatureMap, norm: LayerNorm, in workspace: Workspace) -> Tensor {
        Attention.addingChannelwise(to: x.tokens, groups: numGroups, norm: norm, qkv: qkv, proj: proj, in: workspace)
    }
}
