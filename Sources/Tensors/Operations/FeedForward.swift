import CKernels

/// fc2(GELU(fc1(norm(x)))) + residual, a block of rows after the other: what is between the two layers, four times as
/// wide as the rows that go in and come out, never leaves the cache.
public struct FeedForward: Sendable {
    // Shapes: x [N, C], hidden [N, F] -> [N, C].
    private let fc1: Linear
    private let fc2: Linear

    public init(_ fc1: Linear, _ fc2: Linear) {
        assert(fc1.weight.outputs == fc2.weight.inputs && fc1.weight.format == fc2.weight.format)
        self.fc1 = fc1
        self.fc2 = fc2
    }

    /// x [N, C] -> fc2(GELU(fc1(norm(x)))) + residual [N, C].
    public func callAsFunction(
        _ x: Tensor, norm: LayerNorm? = nil, residual: Tensor, in workspace: Workspace
    ) -> Tensor {
        guard RowBlocks.count(of: x.rows) >= 2 * workspace.pool.threads else {
            return fc2(fc1(x, norm: norm, activation: .gelu, in: workspace), residual: residual, in: workspace)
        }
        let result = workspace.tensor([x.rows, fc2.weight.outputs])
        withExtendedLifetime((self, x, residual, norm, result)) {
            let rowsPerBlock = RowBlocks.rows(of: x.rows)
            workspace.pool.run(RowBlocks.count(of: x.rows)) { block in
                let rows = block * rowsPerBlock..<min(x.rows, (block + 1) * rowsPerBlock)
                multiply(rows, x, norm?.kernel, residual, result, workspace)
            }
        }
        return result
    }

    /// Hidden values at a time: whole blocks of k for every format.
    private static let step = Int(CK_I8_DEPTH)
    /// Rows that lie a power of two apart would fight for the same few lines of the cache, so each is a line longer.
    private static let gap = 16

    private func multiply(
        _ rows: Range<Int>, _ x: Tensor, _ norm: ck_norm?, _ residual: Tensor, _ result: Tensor, _ workspace: Workspace
    ) {
        let (channels, width) = (fc1.weight.inputs, fc1.weight.outputs)
        let step = min(Self.step, width)
        let hiddenStride = step + Self.gap
        workspace.withScratch(Int(CK_GEMM_SCRATCH) + rows.count * hiddenStride) { scratch in
            let hidden = scratch + Int(CK_GEMM_SCRATCH)
            for first in stride(from: 0, to: width, by: step) {
                let count = min(step, width - first)
                var into = fc1.product(columns: first..<first + count)
                into.a = UnsafePointer(x.pointer + rows.lowerBound * channels)
                into.lda = channels
                into.c = hidden
                into.ldc = hiddenStride
                into.m = rows.count
                into.activation = CK_GELU
                into.scratch = scratch
                into.run(fc1.weight.format, norm: norm, in: workspace)

                var out = fc2.product()
                out.a = UnsafePointer(hidden)
                out.lda = hiddenStride
                out.panels += ck_panel_bytes(fc2.weight.format.kernel, first)
                out.residual = UnsafePointer(residual.pointer + rows.lowerBound * out.n)
                out.ldr = out.n
                out.c = result.pointer + rows.lowerBound * out.n
                out.ldc = out.n
                out.m = rows.count
                out.k = count
                out.continues = first > 0 ? 1 : 0
                out.unfinished = first + count < width ? 1 : 0
                out.scratch = scratch
                out.run(fc2.weight.format, in: workspace)
            }
        }
    }
}
