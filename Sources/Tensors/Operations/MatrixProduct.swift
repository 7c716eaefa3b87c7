import CKernels

/// A matrix product, which is cut into tasks for the pool. How it is cut never shows in the result.
struct MatrixProduct {
    /// The whole product; `norm` and `scratch` are set by each task.
    let whole: ck_gemm
    let format: WeightFormat
    /// What the rows go through on their way in.
    var norm: ck_norm?

    func run(in workspace: Workspace) { Self.run([self], in: workspace) }

    /// Runs products of the same size that do not depend on each other: the threads meet once for all of them.
    static func run(_ products: [MatrixProduct], in workspace: Workspace) {
        guard let whole = products.first?.whole else { return }
        assert(products.allSatisfy { ($0.whole.m, $0.whole.n, $0.whole.k) == (whole.m, whole.n, whole.k) })
        let multiplications = products.count * Int(whole.m) * Int(whole.n) * Int(whole.k)
        let threads = workspace.isTiny(multiplications: multiplications) ? 1 : workspace.pool.threads
        let cut = Cut(whole, count: products.count, threads: threads)
        workspace.pool.run(products.count * cut.parts) { task in
            let product = products[task / cut.parts]
            workspace.withScratch(Int(CK_GEMM_SCRATCH)) { scratch in
                product.multiply(cut.part(of: product.whole, task % cut.parts), scratch, workspace)
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

        /// How many tasks a product comes to.
        var parts: Int { rowBlocks * columnBlocks }

        /// Rows first, as each block of rows reads all weights once; columns where that gives too few tasks to keep
        /// every thread busy until the end. `count`: how many products are cut like this one.
        init(_ product: ck_gemm, count: Int, threads: Int) {
            let rows = Int(product.m)
            let panels = (Int(product.n) + Int(CK_PANEL) - 1) / Int(CK_PANEL)
            rowsPerBlock = RowBlocks.rows(of: rows)
            rowBlocks = (rows + rowsPerBlock - 1) / rowsPerBlock
            let wanted = threads == 1 ? 1 : 4 * threads
            let blocks = max(1, count * rowBlocks)
            var columns = blocks >= wanted ? 1 : (wanted + blocks - 1) / blocks
            // Nine tasks keep one of two threads waiting for the other's fifth.
            while columns > 1, columns < panels, blocks * columns % threads != 0 { columns += 1 }
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
