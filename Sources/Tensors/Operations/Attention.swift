import CKernels

/// softmax(q·kᵀ · headDim^-0.5)·v, by heads that lie side by side in a row.
public enum Attention {
    /// Unmasked multi-head attention: q [Tq, C], k and v [Tk, C] -> [Tq, C].
    public static func full(q: Tensor, k: Tensor, v: Tensor, heads: Int, in workspace: Workspace) -> Tensor {
        shared(q: q, memories: [PackedHeads(k: k, v: v, heads: heads, in: workspace)], rows: [q.rows], in: workspace)
    }

    /// Unmasked attention of several groups of rows, each to a memory of its own: the first `rows[0]` rows of q use
    /// memories[0], and so on. Each memory is read once for all rows that share it. q [sum of rows, C] -> the same.
    public static func shared(q: Tensor, memories: [PackedHeads], rows: [Int], in workspace: Workspace) -> Tensor {
        assert(memories.count == rows.count && rows.reduce(0, +) == q.rows)
        let result = workspace.tensor(q.shape)
        let blocks = blocks(rows)
        let heads = memories.first?.heads ?? 0
        let channels = q.columns
        withExtendedLifetime((q, memories, result)) {
            workspace.pool.run(blocks.count * heads) { task in
                let (block, head) = (blocks[task % blocks.count], task / blocks.count)
                let memory = memories[block.memory]
                let offset = block.rows.lowerBound * channels + head * memory.shape.dimension
                memory.shape.attend(
                    queries: q.pointer + offset, stride: channels, count: block.rows.count,
                    packed: memory.pointer(head), out: result.pointer + offset, outStride: channels, in: workspace)
            }
        }
        return result
    }

    private static let rowsPerTask = 96

    private static func blocks(_ rows: [Int]) -> [(memory: Int, rows: Range<Int>)] {
        var first = 0
        var blocks: [(memory: Int, rows: Range<Int>)] = []
        for (memory, count) in rows.enumerated() {
            for start in stride(from: first, to: first + count, by: rowsPerTask) {
                blocks.append((memory, start..<min(first + count, start + rowsPerTask)))
            }
            first += count
        }
        return blocks
    }
}
