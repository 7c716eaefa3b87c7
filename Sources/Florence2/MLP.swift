import Tensors

/// fc2(GELU(fc1(x))), added to the residual.
struct MLP {
    // Shapes: x [N, C], hidden [N, F] -> [N, C].
    private let fc1: Linear
    private let fc2: Linear

    init(_ weights: Weights, channels: Int, hidden: Int) throws {
        fc1 = try weights.linear("fc1", outputs: hidden, inputs: channels)
        fc2 = try weights.linear("fc2", outputs: channels, inputs: hidden)
    }

    func callAsFunction(_ x: Tensor, residual: Tensor, in workspace: Workspace) -> Tensor {
        fc2(fc1(x, activation: .gelu, in: workspace), residual: residual, in: workspace)
    }
}
