import Tensors

/// fc2(GELU(fc1(norm(x)))), added to the residual. The hidden width is the checkpoint's.
struct MLP {
    // Shapes: x [N, C], hidden [N, F] -> [N, C].
    private let feedForward: FeedForward

    /// Florence-2 has 4; far more would ask for memory beyond what the checkpoint's size lets one expect.
    private static let widestHidden = 64

    init(_ weights: Weights, channels: Int) throws {
        let hidden = try weights.shape(of: "fc1.weight").first ?? 0
        guard hidden <= Self.widestHidden * channels else {
            let found = "a feed-forward layer is \(hidden) wide for \(channels) channels"
            throw ModelError.invalidFile("model.safetensors", reason: found + ", which no Florence-2 has")
        }
        feedForward = FeedForward(
            try weights.linear("fc1", outputs: hidden, inputs: channels),
            try weights.linear("fc2", outputs: channels, inputs: hidden))
    }

    func callAsFunction(_ x: Tensor, norm: LayerNorm? = nil, residual: Tensor, in workspace: Workspace) -> Tensor {
        feedForward(x, norm: norm, residual: residual, in: workspace)
    }
}
