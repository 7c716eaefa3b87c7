import Tensors

/// The first half of a DaViT block: tokens of a window attend to each other.
struct SpatialBlock {
    private let conv1: DepthwiseConv2d
    private let norm1: LayerNorm
    private let windowAttention: WindowAttention
    private let conv2: DepthwiseConv2d
    private let norm2: LayerNorm
    private let ffn: FeedForward

    init(_ weights: Weights, _ configuration: VisionConfiguration, stage: Int) throws {
        let channels = configuration.embedDims[stage]
        conv1 = try DepthwiseConv2d(weights.scope("conv1"), channels)
        norm1 = try weights.layerNorm("norm1", channels)
        windowAttention = try WindowAttention(
            weights.scope("window_attn"), channels: channels, windowSize: configuration.windowSize,
            numHeads: configuration.numHeads[stage])
        conv2 = try DepthwiseConv2d(weights.scope("conv2"), channels)
        norm2 = try weights.layerNorm("norm2", channels)
        ffn = try FeedForward(weights.scope("ffn"), channels: channels)
    }

    /// `consuming`: what goes in is let go once the first step has read it, not when the caller is done.
    func callAsFunction(_ x: consuming FeatureMap, in workspace: Workspace) -> FeatureMap {
        // Each is x + f(x), or x + f(norm(x)).
        x.tokens = conv1.added(to: x.tokens, height: x.height, width: x.width, in: workspace)
        x.tokens = windowAttention.added(to: x, norm: norm1, in: workspace)
        x.tokens = conv2.added(to: x.tokens, height: x.height, width: x.width, in: workspace)
        x.tokens = ffn.added(to: x.tokens, norm: norm2, in: workspace)
        return x
    }
}

extension DepthwiseConv2d {
    /// The 3x3 convolution of a block, stored as [C, 1, 3, 3].
    init(_ weights: Weights, _ channels: Int) throws {
        self.init(
            weight: try weights.tensor("weight", [channels, 1, 3, 3]), bias: try weights.tensor("bias", [channels]))
    }
}
