import Tensors

/// DaViT: per stage a patch convolution, then blocks of window attention and channel attention
/// (Ding et al., "DaViT: Dual Attention Vision Transformers", https://arxiv.org/abs/2204.03645).
struct VisionTower {
    // Shapes: pixel values [H * W, 3] -> [N, D], D the channels of the last stage.
    private let stages: [Stage]

    private struct Stage {
        let conv: ConvEmbed
        let blocks: [(spatial: SpatialBlock, channel: ChannelBlock)]
    }

    init(_ weights: Weights, _ configuration: VisionConfiguration) throws {
        stages = try configuration.depths.enumerated().map { stage, depth in
            Stage(
                conv: try ConvEmbed(weights.scope("convs.\(stage)"), configuration, stage: stage),
                blocks: try (0..<depth).map { block in
                    let scope = weights.scope("blocks.\(stage).\(block)")
                    return (
                        try SpatialBlock(scope.scope("spatial_block"), configuration, stage: stage),
                        try ChannelBlock(scope.scope("channel_block"), configuration, stage: stage)
                    )
                })
        }
    }

    /// Rows (or columns) of features for an image of so many rows (or columns); 0 where it is too small.
    func outputSize(_ size: Int) -> Int {
        stages.reduce(size) { $0 > 0 ? $1.conv.outputSize($0) : 0 }
    }

    /// `watch` sees each stage's output; `checkCancellation` is called before each half of a block.
    func callAsFunction(
        _ pixelValues: FeatureMap, in workspace: Workspace, checkCancellation: () throws -> Void,
        watch: (String, Tensor) -> Void
    ) throws -> FeatureMap {
        var x = pixelValues
        for (index, stage) in stages.enumerated() {
            try checkCancellation()
            x = stage.conv(consume x, in: workspace)
            for block in stage.blocks {
                try checkCancellation()
                x = block.spatial(consume x, in: workspace)
                try checkCancellation()
                x = block.channel(consume x, in: workspace)
            }
            watch("vision.stage.\(index)", x.tokens)
        }
        return x
    }
}

/// An image's features, tokens-major: token y * width + x is one row of channels.
struct FeatureMap {
    // [height * width, C]
    var tokens: Tensor
    let height: Int
    let width: Int
}
