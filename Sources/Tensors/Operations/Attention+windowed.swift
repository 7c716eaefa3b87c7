import CKernels

extension Attention {
    /// x + proj(self attention of qkv(norm(x))) inside windows of `window` x `window` tokens. Windows that reach over
    /// the right or lower edge are padded with zeros after the norm, so a padded token's q, k and v are qkv's bias.
    /// x [H·W, C] -> [H·W, C]; qkv [3C, C] gives [q | k | v], each heads x headDim.
    ///
    /// Where there are windows enough for all threads, each goes all the way by itself: what is between the two layers,
    /// four times as wide as x, never leaves the cache.
    public static func addingWindowed(
        to x: Tensor, height: Int, width: Int, window: Int, heads: Int, norm: LayerNorm, qkv: Linear, proj: Linear,
        in workspace: Workspace
    ) -> Tensor {
        assert(x.rows == height * width && qkv.weight.outputs == 3 * x.columns)
        let grid = WindowGrid(height: height, width: width, window: window)
        guard grid.count >= 2 * workspace.pool.threads else {
            let attended = windowed(
                qkv: qkv(x, norm: norm, in: workspace), grid: grid, heads: heads, padding: qkv.bias, in: workspace)
            return proj(attended, residual: x, in: workspace)
        }
        let result = workspace.tensor(x.shape)
        withExtendedLifetime((x, norm, qkv, proj, result)) {
            let layer = WindowLayer(
                x: x.pointer, result: result.pointer, channels: x.columns, grid: grid,
                heads: WindowHeads(grid: grid, channels: x.columns, count: heads, workspace), norm: norm.kernel,
                qkv: qkv, proj: proj)
            workspace.pool.run(grid.count) { layer.compute($0, workspace) }
        }
        return result
    }

    /// The attention alone, several tasks a window. qkv [H·W, 3C] -> [H·W, C].
    private static func windowed(
        qkv: Tensor, grid: WindowGrid, heads: Int, padding: Tensor?, in workspace: Workspace
    ) -> Tensor {
        let channels = qkv.columns / 3
        let result = workspace.tensor([qkv.rows, channels])
        withExtendedLifetime((qkv, padding, result)) {
            let heads = WindowHeads(grid: grid, channels: channels, count: heads, workspace)
            // Neighbouring heads share the cache lines and pages of their tokens.
            let headsPerTask = 4
            let parts = (heads.count + headsPerTask - 1) / headsPerTask
            workspace.pool.run(grid.count * parts) { task in
                let (window, first) = (task / parts, task % parts * headsPerTask)
                let some = first..<min(heads.count, first + headsPerTask)
                let offset = first * heads.shape.dimension, columns = some.count * heads.shape.dimension
                workspace.withScratch(4 * grid.tokens * columns) { rows in
                    let attended = rows + 3 * grid.tokens * columns
                    for third in 0..<3 {
                        let source = third * channels + offset
                        grid.gather(
                            window, qkv.pointer + source, stride: 3 * channels, columns: columns,
                            padding: padding.map { UnsafePointer($0.pointer + source) },
                            into: rows + third * columns, rowStride: 3 * columns)
                    }
                    heads.attend(
                        some.count, qkv: rows, stride: 3 * columns, apart: columns, out: attended, outStride: columns,
                        workspace)
                    grid.forEachRun(window) { run in
                        for token in 0..<run.count {
                            (result.pointer + (run.token + token) * channels + offset).update(
                                from: attended + (run.place + token) * columns, count: columns)
                        }
                    }
                }
            }
        }
        return result
    }
}

/// One window's way from x to the result.
private struct WindowLayer: @unchecked Sendable {
    let x: UnsafePointer<Float>
    let result: UnsafeMutablePointer<Float>
    let channels: Int
    let grid: WindowGrid
    let heads: WindowHeads
    let norm: ck_norm
    let qkv: Linear
    let proj: Linear

    func compute(_ window: Int, _ workspace: Workspace) {
        let tokens = grid.tokens
        workspace.withScratch(Int(CK_GEMM_SCRATCH) + 4 * tokens * channels) { scratch in
            let rows = scratch + Int(CK_GEMM_SCRATCH)
            let wide = rows + tokens * channels
            grid.gather(
                window, x, stride: channels, columns: channels, padding: nil, into: rows, rowStride: channels)
            multiply(qkv, rows, wide, norm, scratch, workspace)
            if let bias = qkv.bias {
                grid.forEachPadding(window) { place, count in
                    ck_copy_rows(bias.pointer, 0, count, 3 * channels, wide + place * 3 * channels)
                }
            }
            heads.attend(
                heads.count, qkv: wide, stride: 3 * channels, apart: channels, out: rows, outStride: channels,
                workspace)
            multiply(proj, rows, wide, nil, scratch, workspace)
            grid.forEachRun(window) { run in
                let offset = run.token * channels
                workspace.kernels.pointee.add(
                    wide + run.place * channels, x + offset, run.count * channels, result + offset)
            }
        }
    }

    private func multiply(
        _ layer: Linear, _ rows: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ norm: ck_norm?,
        _ scratch: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        var product = layer.product()
        product.a = rows
        product.lda = layer.weight.inputs
        product.c = out
        product.ldc = layer.weight.outputs
        product.m = grid.tokens
        product.scratch = scratch
        product.run(layer.weight.format, norm: norm, in: workspace)
    }
}

/// The heads of a window, whose tokens lie one after the other.
private struct WindowHeads {
    let count: Int
    let shape: HeadAttention

    init(grid: WindowGrid, channels: Int, count: Int, _ workspace: Workspace) {
        self.count = count
        shape = HeadAttention(
            dimension: channels / count, keys: grid.tokens, format: workspace.precision.attentionFormat)
    }

    /// The first `count` heads of rows [q | k | v], the three `apart` from each other.
    func attend(
        _ count: Int, qkv: UnsafePointer<Float>, stride: Int, apart: Int, out: UnsafeMutablePointer<Float>,
        outStride: Int, _ workspace: Workspace
    ) {
        workspace.withScratch(shape.packedCount) { packed in
            for head in 0..<count {
                let q = qkv + head * shape.dimension
                shape.pack(keys: q + apart, values: q + 2 * apart, stride: stride, into: packed, workspace)
                shape.attend(
                    queries: q, stride: stride, count: shape.keys, packed: packed, out: out + head * shape.dimension,
                    outStride: outStride, in: workspace)
            }
        }
    }
}

/// Index arithmetic between tokens of the image and tokens of a window.
private struct WindowGrid {
    let height: Int
    let width: Int
    let window: Int

    var tokens: Int { window * window }
    var count: Int { across * ((height + window - 1) / window) }
    private var across: Int { (width + window - 1) / window }

    /// Neighbouring tokens: the first one's number in the image and its place in the window.
    struct Run {
        let token: Int
        let place: Int
        let count: Int
    }

    /// The tokens of a window that are in the image, row by row.
    func forEachRun(_ index: Int, _ body: (Run) -> Void) {
        let (top, left) = (index / across * window, index % across * window)
        for y in 0..<min(window, height - top) {
            body(Run(token: (top + y) * width + left, place: y * window, count: min(window, width - left)))
        }
    }

    /// The places that are not: the first of each stretch, and how many there are.
    func forEachPadding(_ index: Int, _ body: (Int, Int) -> Void) {
        let (top, left) = (index / across * window, index % across * window)
        let (known, inside) = (min(window, height - top), min(window, width - left))
        if inside < window {
            for y in 0..<known { body(y * window + inside, window - inside) }
        }
        if known < window { body(known * window, (window - known) * window) }
    }

    /// `columns` values of each token, the rows of the image `stride` apart and those of the window `rowStride`;
    /// zeros for padded tokens without `padding`.
    func gather(
        _ index: Int, _ source: UnsafePointer<Float>, stride: Int, columns: Int, padding: UnsafePointer<Float>?,
        into target: UnsafeMutablePointer<Float>, rowStride: Int
    ) {
        forEachRun(index) { run in
            for token in 0..<run.count {
                (target + (run.place + token) * rowStride).update(
                    from: source + (run.token + token) * stride, count: columns)
            }
        }
        forEachPadding(index) { place, count in
            for row in place..<place + count {
                let target = target + row * rowStride
                if let padding {
                    target.update(from: padding, count: columns)
                } else {
                    target.update(repeating: 0, count: columns)
                }
            }
        }
    }
}
