import CKernels

extension Attention {
    /// What several rows attend to: each sees the rows of `keys` and `values` that its path names, in that order.
    public struct Memory {
        let keys: CachedRows
        let values: CachedRows
        let paths: [[UInt32]]

        public init(keys: CachedRows, values: CachedRows, paths: [[UInt32]]) {
            self.keys = keys
            self.values = values
            self.paths = paths
        }
    }

    /// One step of causal self attention: the first rows of q attend to memories[0], one a path, and so on. What several
    /// paths of a memory have in common is read from far away once. q [sum of paths, C] -> the same.
    public static func cached(q: Tensor, memories: [Memory], in workspace: Workspace) -> Tensor {
        assert(memories.reduce(0) { $0 + $1.paths.count } == q.rows)
        let result = workspace.tensor(q.shape)
        let firsts = memories.indices.map { memories[..<$0].reduce(0) { $0 + $1.paths.count } }
        let heads = memories.first?.keys.heads ?? 1
        let multiplications = memories.reduce(0) { $0 + $1.paths.reduce(0) { $0 + 2 * $1.count * q.columns } }
        let wanted = workspace.isTiny(multiplications: multiplications) ? 1 : 2 * workspace.pool.threads
        let headsPerTask = max(1, heads / wanted)
        let parts = (heads + headsPerTask - 1) / headsPerTask
        withExtendedLifetime((q, memories, result)) {
            workspace.pool.run(memories.count * parts) { task in
                let (index, first) = (task / parts, task % parts * headsPerTask)
                let memory = memories[index]
                workspace.withScratch(memory.paths.reduce(0) { max($0, $1.count) }) { scores in
                    for head in first..<min(heads, first + headsPerTask) {
                        for (row, path) in memory.paths.enumerated() {
                            let offset = (firsts[index] + row) * q.columns + head * memory.keys.dimension
                            memory.attend(
                                q.pointer + offset, head, path, scores, out: result.pointer + offset,
                                workspace.kernels.pointee)
                        }
                    }
                }
            }
        }
        return result
    }
}

extension Attention.Memory {
    /// One head of one query [dimension] -> out [dimension]; `scores` has room for one a row of the path.
    fileprivate func attend(
        _ query: UnsafePointer<Float>, _ head: Int, _ path: [UInt32], _ scores: UnsafeMutablePointer<Float>,
        out: UnsafeMutablePointer<Float>, _ kernels: ck_table
    ) {
        path.withUnsafeBufferPointer { order in
            var rows = keys.rows(head: head, order: order)
            if keys.isNarrow { kernels.dots_bf16(query, &rows, scores) } else { kernels.dots(query, &rows, scores) }
            kernels.softmax(scores, order.count, 1, order.count, 1 / Float(keys.dimension).squareRoot())
            rows = values.rows(head: head, order: order)
            if values.isNarrow {
                kernels.weighted_sum_bf16(scores, &rows, out)
            } else {
                kernels.weighted_sum(scores, &rows, out)
            }
        }
    }
}
