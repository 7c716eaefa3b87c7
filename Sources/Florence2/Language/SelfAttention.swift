import Tensors

/// Multi-head self attention of the encoder, and of the decoder with its caches.
struct SelfAttention {
    // Shapes: x [T, P] -> [T, P].
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    let heads: Int

    init(_ weights: Weights, width: Int, heads: Int) throws {
        query = try weights.linear("q_proj", outputs: width, inputs: width)
        key = try weights.linear("k_proj", outputs: width, inputs: width)
        value = try weights.linear("v_proj", outputs: width, inputs: width)
        output = try weights.linear("out_proj", outputs: width, inputs: width)
        self.heads = heads
    }

    /// x + attention(x)
    func added(to x: Tensor, in workspace: Workspace) -> Tensor {
        let qkv = Linear.together([query, key, value], x, in: workspace)
        let attended = Attention.full(q: qkv[0], k: qkv[1], v: qkv[2], heads: heads, in: workspace)
        return output(attended, residual: x, in: workspace)
    }

    /// x + attention(x), one causal step: each row of x [B, P], the rows of all caches one after the other, is appended to its own beam's
    /// cache and attends to all of it.
    func added(to x: Tensor, caches: inout [KVCache], layer: Int, in workspace: Workspace) -> Tensor {
        let qkv = Linear.together([query, key, value], x, in: workspace)
        var row = 0
        for index in caches.indices {
            let beams = caches[index].beams
            caches[index].layers[layer].append(keys: qkv[1], values: qkv[2], row..<row + beams)
            row += beams
        }
        let attended = Attention.cached(
            q: qkv[0], memories: caches.map { $0.memory(layer) }, in: workspace)
        return output(attended, residual: x, in: workspace)
    }
}
