import CKernels

extension Attention {
    /// One step of causal self attention: row b sees all rows of its own keys[b] and values[b], each [T, C].
    /// q [B, C] -> [B, C].
    public static func cached(
        q: Tensor, keys: [CachedRows], values: [CachedRows], heads: Int, in workspace: Workspace
    ) -> Tensor {
        assert(keys.count == q.rows && values.count == q.rows)
        return attend(q, heads: heads, in: workspace, groups: q.rows) { index in
            RowGroup(rows: [index], keys: keys[index], values: values[index])
        }
    }

    /// Cross attention of several rows: row b uses all of keys[owner[b]] and values[owner[b]], each [T, C], which are
    /// read once for all rows that share them. q [B, C] -> [B, C].
    public static func shared(
        q: Tensor, keys: [CachedRows], values: [CachedRows], owner: [Int], heads: Int, in workspace: Workspace
    ) -> Tensor {
        assert(owner.count == q.rows && keys.count == values.count)
        return attend(q, heads: heads, in: workspace, groups: keys.count) { index in
            let rows = owner.indices.filter { owner[$0] == index }
            return RowGroup(rows: rows, keys: keys[index], values: values[index])
        }
    }

    private static func attend(
        _ q: Tensor, heads: Int, in workspace: Workspace, groups: Int, _ group: (Int) -> RowGroup
    ) -> Tensor {
        let result = workspace.tensor(q.shape)
        let rowGroups = (0..<groups).map(group).filter { !$0.rows.isEmpty }
        let multiplications = rowGroups.reduce(0) { $0 + 2 * $1.rows.count * $1.length * q.columns }
        let headsPerTask = workspace.isTiny(multiplications: multiplications) ? heads : 1
        withExtendedLifetime((q, result)) {
            let parts = (heads + headsPerTask - 1) / headsPerTask
            workspace.pool.run(rowGroups.count * parts) { task in
                let first = task % parts * headsPerTask
                for head in first..<min(heads, first + headsPerTask) {
                    rowGroups[task / parts].attend(q, head: head, of: heads, result, workspace)
                }
            }
        }
        return result
    }
}

/// Rows of queries that share their keys and values.
private struct RowGroup {
    let rows: [Int]
    // [length, C]
    let keys: CachedRows
    let values: CachedRows

    var length: Int { keys.count }

    func attend(_ q: Tensor, head: Int, of heads: Int, _ result: Tensor, _ workspace: Workspace) {
        let channels = q.columns
        let dimension = channels / heads
        let offset = head * dimension
        let part = rows.count * dimension
        workspace.withScratch(2 * part + rows.count * length) { scratch in
            let (out, scores) = (scratch + part, scratch + 2 * part)
            for (index, row) in rows.enumerated() {
                (scratch + index * dimension).update(from: q.pointer + row * channels + offset, count: dimension)
            }
            let kernels = workspace.kernels.pointee
            let dots = keys.isNarrow ? kernels.dots_bf16 : kernels.dots
            let weightedSum = values.isNarrow ? kernels.weighted_sum_bf16 : kernels.weighted_sum
            withExtendedLifetime((keys, values)) {
                dots?(
                    scratch, rows.count, keys.pointer(column: offset), channels, length, dimension, scores, length)
                kernels.softmax(scores, length, rows.count, length, 1 / Float(dimension).squareRoot())
                weightedSum?(
                    scores, length, rows.count, values.pointer(column: offset), channels, length, dimension, out)
            }
            for (index, row) in rows.enumerated() {
                (result.pointer + row * channels + offset).update(from: out + index * dimension, count: dimension)
            }
        }
    }
}
