import Tensors

/// The decoder's cross attention to the encoder's states.
struct CrossAttention {
    // Shapes: x [B, P]; encoder states [T, P]; keys, values [T, P].
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let heads: Int

    init(_ weights: Weights, width: Int, heads: Int) throws {
        query = try weights.linear("q_proj", outputs: width, inputs: width)
        key = try weights.linear("k_proj", outputs: width, inputs: width)
        value = try weights.linear("v_proj", outputs: width, inputs: width)
        output = try weights.linear("out_proj", outputs: width, inputs: width)
        self.heads = heads
    }

    /// Keys and values of an image and its prompt: computed once, shared by all beams.
    func memory(of states: Tensor, in workspace: Workspace) -> PackedHeads {
        let kv = Linear.together([key, value], states, in: workspace)
        return PackedHeads(k: kv[0], v: kv[1], heads: heads, in: workspace)
    }

    /// x + attention(x): each cache's rows of x attend to its own memory.
    func added(to x: Tensor, caches: [KVCache], layer: Int, in workspace: Workspace) -> Tensor {
        let attended = Attention.shared(
            q: query(x, in: workspace), memories: caches.map { $0.layers[layer].encoderMemory },
            rows: caches.map(\.beams), in: workspace)
        return output(attended, residual: x, in: workspace)
    }
}
