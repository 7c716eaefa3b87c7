import Tensors

/// The patch convolution that opens a stage, with its layer norm before or after it.
struct ConvEmbed {
    // Shapes: x [H * W, Cin] -> [Hout * Wout, Cout].
    private let conv: Conv2d
    private let norm: LayerNorm
    private let isPrenorm: Bool

    init(_ weights: Weights, _ configuration: VisionConfiguration, stage: Int) throws {
        let inputs = stage == 0 ? 3 : configuration.embedDims[stage - 1]
        let outputs = configuration.embedDims[stage]
        let size = configuration.patchSize[stage]
        let padding = configuration.patchPadding[stage]
        isPrenorm = configuration.patchPrenorm[stage]
        norm = try weights.layerNorm("norm", isPrenorm ? inputs : outputs)
        conv = Conv2d(
            weight: try weights.tensor("conv.weight", [outputs, inputs, size, size]),
            bias: try weights.tensor("conv.bias", [outputs]),
            stride: configuration.patchStride[stage], padding: padding,
            format: try weights.sensitive.format(of: "conv.weight"), in: weights.workspace)
    }

    /// Rows (or columns) that come out for so many that go in; 0 where the kernel does not fit.
    func outputSize(_ size: Int) -> Int { conv.outputSize(size) }

    func callAsFunction(_ x: FeatureMap, in workspace: Workspace) -> FeatureMap {
        let input = isPrenorm ? norm(x.tokens, in: workspace) : x.tokens
        let output = conv(input, height: x.height, width: x.width, in: workspace)
        return FeatureMap(
            tokens: isPrenorm ? output : norm(output, in: workspace),
            height: outputSize(x.height), width: outputSize(x.width))
    }
}
