import Tensors

/// fc2(GELU(fc1(x))), added to the residual. The hidden width is the checkpoint's.
struct MLP {
    // Shapes: x [N, C], hidden [N, F] -> [N, C].
    private let fc1: Linear
    private let fc2: Linear

    /// Florence-2 has 4; far more would ask for memory beyond what the checkpoint's size lets one expect.
    private static let widestHidden = 64

    init(_ weights: Weights, channels: Int) throws {
        let hidden = try weights.shape(of: "fc1.weight").first ?? 0
        guard hidden <= Self.widestHidden * channels else {
            let found = "a feed-forward layer is \(hidden) wide for \(channels) channels"
            throw ModelError.invalidFile("model.safetensors", reason: found + ", which no Florence-2 has")
        }
        fc1 = try weights.linear("fc1", outputs: hidden, inputs: channels)
        fc2 = try weights.linear("fc2", outputs: channels, inputs: hidden)
    }

    func callAsFunction(_ x: Tensor, residual: Tensor, in workspace: Workspace) -> Tensor {
        fc2(fc1(x, activation: .gelu, in: workspace), residual: residual, in: workspace)
    }
}
