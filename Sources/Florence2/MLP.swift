import Tensors

/// fc2(GELU(fc1(x))), added to the residual. The hidden width is the checkpoint's.
struct MLP {
    // Shapes: x [N, C], hidden [N, F] -> [N, C].
    private let fc1: Linear
    private let fc2: Linear

    init(_ weights: Weights, channels: Int) throws {
        let hidden = try weights.shape(of: "fc1.weight").first ?? 0
        fc1 = try weights.linear("fc1", outputs: hidden, inputs: channels)
        fc2 = try weights.linear("fc2", outputs: channels, inputs: hidden)
    }

    func callAsFunction(_ x: Tensor, residual: Tensor, in workspace: Workspace) -> Tensor {
        fc2(fc1(x, activation: .gelu, in: workspace), residual: residual, in: workspace)
    }
}
