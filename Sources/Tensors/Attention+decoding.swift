import CKernels

extension Attention {
    /// One step of causal self attention: row b sees all rows of its own keys[b] and values[b], each [T, C].
    /// q [B, C] -> [B, C].
    public static func cached(
        q: Tensor, keys: [CachedRows], values: [CachedRows], heads: Int, in workspace: Workspace
    ) -> Tensor {
        assert(keys.count == q.rows && values.count == q.rows)
        let result = workspace.tensor(q.shape)
        let multiplications = keys.reduce(0) { $0 + 2 * $1.count * q.columns }
        let headsPerTask = workspace.isTiny(multiplications: multiplications) ? heads : (heads + 3) / 4
        let parts = (heads + headsPerTask - 1) / headsPerTask
        withExtendedLifetime((q, keys, values, result)) {
            workspace.pool.run(q.rows * parts) { task in
                let (row, first) = (task / parts, task % parts * headsPerTask)
                let memory = CachedMemory(keys: keys[row], values: values[row], dimension: q.columns / heads)
                for head in first..<min(heads, first + headsPerTask) {
                    let offset = row * q.columns + head * memory.dimension
                    memory.attend(q.pointer + offset, head: head, out: result.pointer + offset, workspace)
                }
            }
        }
        return result
    }
}

/// What one row attends to.
private struct CachedMemory {
    // [T, C]
    let keys: CachedRows
    let values: CachedRows
    /// Channels of a head.
    let dimension: Int

    /// One head of one query [dimension] -> out [dimension].
    func attend(
        _ query: UnsafePointer<Float>, head: Int, out: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        let (length, channels) = (keys.count, keys.columns)
        let kernels = workspace.kernels.pointee
        let dots = keys.isNarrow ? kernels.dots_bf16 : kernels.dots
        let weightedSum = values.isNarrow ? kernels.weighted_sum_bf16 : kernels.weighted_sum
        workspace.withScratch(length) { scores in
            dots?(query, keys.pointer(column: head * dimension), channels, length, dimension, scores)
            kernels.softmax(scores, length, 1, length, 1 / Float(dimension).squareRoot())
            weightedSum?(scores, values.pointer(column: head * dimension), channels, length, dimension, out)
        }
    }
}
