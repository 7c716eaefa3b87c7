import Tensors

/// The patch convolution that opens a stage, with its layer norm before or after it.
struct ConvEmbed {
    // Shapes: x [H * W, Cin] -> [Hout * Wout, Cout].
    private let conv: Conv2d
    private let norm: LayerNorm
    private let isPrenorm: Bool
    private let minimumSize: Int

    init(_ weights: Weights, _ configuration: VisionConfiguration, stage: Int) throws {
        let inputs = stage == 0 ? 3 : configuration.embedDims[stage - 1]
        let outputs = configuration.embedDims[stage]
        let size = configuration.patchSize[stage]
        let padding = configuration.patchPadding[stage]
        isPrenorm = configuration.patchPrenorm[stage]
        minimumSize = max(1, size - 2 * padding)
        norm = try weights.layerNorm("norm", isPrenorm ? inputs : outputs)
        conv = Conv2d(
            weight: try weights.tensor("conv.weight", [outputs, inputs, size, size]),
            bias: try weights.tensor("conv.bias", [outputs]),
            stride: configuration.patchStride[stage], padding: padding, pool: weights.pool)
    }

    func callAsFunction(_ x: FeatureMap, in workspace: Workspace) throws -> FeatureMap {
        guard min(x.height, x.width) >= minimumSize else {
            throw ModelError.invalidFile(
                "preprocessor_config.json", reason: "its picture size is too small for this vision tower")
        }
        let input = isPrenorm ? norm(x.tokens, in: workspace) : x.tokens
        let output = conv(input, height: x.height, width: x.width, in: workspace)
        return FeatureMap(
            tokens: isPrenorm ? output : norm(output, in: workspace),
            height: conv.outputSize(x.height), width: conv.outputSize(x.width))
    }
}
