import CKernels

/// The work of one head over a set of keys that all its queries see.
struct HeadAttention {
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
