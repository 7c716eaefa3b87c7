import CKernels

/// One matrix product cut into tasks for the pool. How it is cut never shows in the result.
struct MatrixProduct {
    /// The whole product; `norm` and `scratch` are set by each task.
    let whole: ck_gemm
    let format: WeightFormat
    /// What the rows go through on their way in.
    var norm: ck_norm?

    func run(in workspace: Workspace) {
        let isTiny = workspace.isTiny(multiplications: Int(whole.m) * Int(whole.n) * Int(whole.k))
        let cut = Cut(whole, threads: isTiny ? 1 : workspace.pool.threads)
        workspace.pool.run(cut.rowBlocks * cut.columnBlocks) { task in
            workspace.withScratch(Int(CK_GEMM_SCRATCH)) { scratch in
                multiply(cut.part(of: whole, task), scratch, workspace)
            }
        }
    }

    private func multiply(_ part: ck_gemm, _ scratch: UnsafeMutablePointer<Float>, _ workspace: Workspace) {
        var part = part
        part.scratch = scratch
        part.run(format, norm: norm, in: workspace)
    }
}

extension ck_gemm {
    /// Computes the product on the calling thread, of normed rows where there is a norm.
    mutating func run(_ format: WeightFormat, norm: ck_norm? = nil, in workspace: Workspace) {
        guard let norm else { return ck_multiply(workspace.kernels, format.kernel, &self) }
        withUnsafePointer(to: norm) {
            self.norm = $0
            ck_multiply(workspace.kernels, format.kernel, &self)
        }
    }
}

extension MatrixProduct {
    /// A grid of row blocks by column blocks (whole panels).
    private struct Cut {
        let rowsPerBlock: Int
        let rowBlocks: Int
        let panelsPerBlock: Int
        let columnBlocks: Int

        /// Rows first, as each block of rows reads all weights once; columns where that gives too few tasks to keep
        /// every thread busy until the end.
        init(_ product: ck_gemm, threads: Int) {
            let rows = Int(product.m)
            let panels = (Int(product.n) + Int(CK_PANEL) - 1) / Int(CK_PANEL)
            rowsPerBlock = RowBlocks.rows(of: rows)
            rowBlocks = (rows + rowsPerBlock - 1) / rowsPerBlock
            let wanted = threads == 1 ? 1 : 4 * threads
            var columns = rowBlocks >= wanted ? 1 : (wanted + max(1, rowBlocks) - 1) / max(1, rowBlocks)
            // Nine tasks keep one of two threads waiting for the other's fifth.
            while columns > 1, columns < panels, rowBlocks * columns % threads != 0 { columns += 1 }
            panelsPerBlock = max(1, (panels + columns - 1) / columns)
            columnBlocks = (panels + panelsPerBlock - 1) / panelsPerBlock
        }

        func part(of whole: ck_gemm, _ task: Int) -> ck_gemm {
            let row = task / columnBlocks * rowsPerBlock
            let panel = task % columnBlocks * panelsPerBlock
            let column = panel * Int(CK_PANEL)
            var part = whole
            part.a += row * Int(whole.lda)
            part.panels += panel * Int(whole.panel_bytes)
            part.bias = whole.bias.map { $0 + column }
            part.residual = whole.residual.map { $0 + (row * Int(whole.ldr) + column) }
            part.c += row * Int(whole.ldc) + column
            part.m = min(rowsPerBlock, Int(whole.m) - row)
            part.n = min(panelsPerBlock * Int(CK_PANEL), Int(whole.n) - column)
            return part
        }
    }
}

/// How rows are cut for the kernels.
enum RowBlocks {
    /// How many blocks there are.
    static func count(of rows: Int) -> Int { (rows + self.rows(of: rows) - 1) / self.rows(of: rows) }

    /// Rows of each block: as even as whole tiles allow, no more than the kernel works on at a time.
    static func rows(of rows: Int) -> Int {
        let blocks = (rows + Int(CK_GEMM_ROW_BLOCK) - 1) / Int(CK_GEMM_ROW_BLOCK)
        let tile = Int(CK_GEMM_TILE_ROWS)
        let even = (rows + max(1, blocks) - 1) / max(1, blocks)
        return max(tile, (even + tile - 1) / tile * tile)
    }
}
