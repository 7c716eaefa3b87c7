import CKernels

/// softmax(q·kᵀ · headDim^-0.5)·v, by heads that lie side by side in a row.
public enum Attention {
    /// Unmasked multi-head attention: q [Tq, C], k and v [Tk, C] -> [Tq, C].
    public static func full(q: Tensor, k: Tensor, v: Tensor, heads: Int, in workspace: Workspace) -> Tensor {
        let (queries, keys, channels) = (q.rows, k.rows, q.columns)
        let result = workspace.tensor([queries, channels])
        let head = HeadShape(dimension: channels / heads, keys: keys, format: workspace.precision.attentionFormat)
        let packed = workspace.tensor([heads, head.packedCount])
        let rowsPerTask = 96
        let blocks = (queries + rowsPerTask - 1) / rowsPerTask
        withExtendedLifetime((q, k, v, result, packed)) {
            workspace.pool.run(heads) { index in
                let offset = index * head.dimension
                head.pack(
                    keys: k.pointer + offset, values: v.pointer + offset, stride: channels,
                    into: packed.pointer + index * head.packedCount, workspace)
            }
            workspace.pool.run(heads * blocks) { task in
                let rows = task % blocks * rowsPerTask..<min(queries, (task % blocks + 1) * rowsPerTask)
                let offset = rows.lowerBound * channels + task / blocks * head.dimension
                head.attend(
                    queries: q.pointer + offset, stride: channels, count: rows.count,
                    packed: packed.pointer + task / blocks * head.packedCount, out: result.pointer + offset,
                    outStride: channels, in: workspace)
            }
        }
        return result
    }
}

/// The work of one head over a set of keys that all its queries see.
struct HeadShape {
    let dimension: Int
    let keys: Int
    /// float32 or bfloat16.
    let format: WeightFormat

    /// Floats of the packed keys [dimension, keys] and values [keys, dimension].
    var packedCount: Int { valuesOffset + ck_packed_bytes(format.kernel, keys, dimension) / 4 }
    private var valuesOffset: Int { ck_packed_bytes(format.kernel, dimension, keys) / 4 }

    /// Keys and values: [keys, dimension], rows `stride` apart.
    func pack(
        keys source: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int,
        into packed: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        let panel = Int(CK_PANEL)
        var job = ck_pack(
            w: source, stored: CK_F32, ldw: stride, n: keys, k: dimension, first: 0, last: (keys + panel - 1) / panel,
            panels: packed)
        ck_pack_weights(workspace.kernels, format.kernel, &job)
        if format == .bfloat16 {
            workspace.kernels.pointee.pack_bf16_rows(values, stride, dimension, keys, packed + valuesOffset)
        } else {
            ck_pack_rows(values, stride, dimension, keys, 0, (dimension + panel - 1) / panel, packed + valuesOffset)
        }
    }

    /// Queries [count, dimension], rows `stride` apart -> out [count, dimension], rows `outStride` apart.
    func attend(
        queries: UnsafePointer<Float>, stride: Int, count: Int, packed: UnsafePointer<Float>,
        out: UnsafeMutablePointer<Float>, outStride: Int, in workspace: Workspace
    ) {
        workspace.withScratch(Int(CK_GEMM_SCRATCH) + count * keys) { scratch in
            let scores = scratch + Int(CK_GEMM_SCRATCH)
            var product = ck_gemm()
            product.scratch = scratch
            product.m = count

            product.a = queries
            product.lda = stride
            product.panels = UnsafeRawPointer(packed)
            product.panel_bytes = ck_panel_bytes(format.kernel, dimension)
            product.c = scores
            product.ldc = keys
            product.n = keys
            product.k = dimension
            ck_multiply(workspace.kernels, format.kernel, &product)

            let scale = 1 / Float(dimension).squareRoot()
            workspace.kernels.pointee.softmax(scores, keys, count, keys, scale)

            product.a = UnsafePointer(scores)
            product.lda = keys
            product.panels = UnsafeRawPointer(packed + valuesOffset)
            product.panel_bytes = ck_panel_bytes(format.kernel, keys)
            product.c = out
            product.ldc = outStride
            product.n = dimension
            product.k = keys
            ck_multiply(workspace.kernels, format.kernel, &product)
        }
    }
}
