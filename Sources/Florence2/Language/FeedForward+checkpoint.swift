import Tensors

/// Florence-2 has 4 times as many hidden values as channels; far more would ask for memory beyond what the checkpoint's
/// size lets one expect.
private let widestHidden = 64

extension FeedForward {
    /// The layers fc1 and fc2. The hidden width is the checkpoint's.
    init(_ weights: Weights, channels: Int) throws {
        let hidden = try weights.shape(of: "fc1.weight").first ?? 0
        guard hidden <= widestHidden * channels else {
            let found = "a feed-forward layer is \(hidden) wide for \(channels) channels"
            throw ModelError.invalidFile("model.safetensors", reason: found + ", which no Florence-2 has")
        }
        self.init(
            try weights.linear("fc1", outputs: hidden, inputs: channels),
            try weights.linear("fc2", outputs: channels, inputs: hidden))
    }

    /// x + fc2(GELU(fc1(norm(x))))
    func added(to x: Tensor, norm: LayerNorm? = nil, in workspace: Workspace) -> Tensor {
        self(x, norm: norm, residual: x, in: workspace)
    }
}
