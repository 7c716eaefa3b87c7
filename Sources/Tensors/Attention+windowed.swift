import CKernels

extension Attention {
    /// Self attention inside windows of `window` x `window` tokens, zero-padded to the right and below: a padded
    /// token's q, k and v are `paddingQKV` [3C] (the bias of the qkv layer) and take part.
    /// qkv [H·W, 3C] = [q | k | v], each heads x headDim -> [H·W, C].
    public static func windowed(
        qkv: Tensor, height: Int, width: Int, window: Int, heads: Int, paddingQKV: Tensor, in workspace: Workspace
    ) -> Tensor {
        assert(qkv.rows == height * width && paddingQKV.count == qkv.columns)
        let result = workspace.tensor([height * width, qkv.columns / 3])
        let across = (width + window - 1) / window
        let down = (height + window - 1) / window
        withExtendedLifetime((qkv, paddingQKV, result)) {
            let grid = WindowGrid(
                qkv: qkv.pointer, padding: paddingQKV.pointer, result: result.pointer, height: height, width: width,
                window: window, channels: qkv.columns / 3,
                head: HeadShape(
                    dimension: qkv.columns / 3 / heads, keys: window * window,
                    format: workspace.precision.attentionFormat))
            // Neighbouring heads share the cache lines and pages of their tokens.
            let headsPerTask = 4
            let parts = (heads + headsPerTask - 1) / headsPerTask
            workspace.pool.run(across * down * parts) { task in
                let (place, first) = (task / parts, task % parts * headsPerTask)
                for head in first..<min(heads, first + headsPerTask) {
                    grid.attend(top: place / across * window, left: place % across * window, head: head, workspace)
                }
            }
        }
        return result
    }
}

/// Index arithmetic between tokens of the picture and tokens of a window.
private struct WindowGrid: @unchecked Sendable {
    let qkv: UnsafePointer<Float>
    let padding: UnsafePointer<Float>
    let result: UnsafeMutablePointer<Float>
    let height: Int
    let width: Int
    let window: Int
    let channels: Int
    let head: HeadShape

    private var headDimension: Int { head.dimension }

    /// One head of the window whose first token is at (top, left).
    func attend(top: Int, left: Int, head index: Int, _ workspace: Workspace) {
        let tokens = window * window
        let part = tokens * headDimension
        workspace.withScratch(3 * part + head.packedCount) { scratch in
            for third in 0..<3 {
                let offset = third * channels + index * headDimension
                gather(top: top, left: left, offset: offset, into: scratch + third * part)
            }
            let packed = scratch + 3 * part
            head.pack(
                keys: scratch + part, values: scratch + 2 * part, stride: headDimension, into: packed, workspace)
            // The keys' rows are packed by now, so their place takes the result.
            head.attend(
                queries: scratch, stride: headDimension, count: tokens, packed: packed, out: scratch + part,
                outStride: headDimension, in: workspace)
            scatter(scratch + part, top: top, left: left, offset: index * headDimension)
        }
    }

    /// The part at `offset` of each token's row, window row by window row.
    private func gather(top: Int, left: Int, offset: Int, into target: UnsafeMutablePointer<Float>) {
        let inside = max(0, min(window, width - left))
        for y in 0..<window {
            let row = target + y * window * headDimension
            let known = top + y < height ? inside : 0
            let tokens = qkv + ((top + y) * width + left) * 3 * channels + offset
            if known > 0 { ck_copy_rows(tokens, 3 * channels, known, headDimension, row) }
            ck_copy_rows(padding + offset, 0, window - known, headDimension, row + known * headDimension)
        }
    }

    private func scatter(_ source: UnsafePointer<Float>, top: Int, left: Int, offset: Int) {
        for y in top..<min(height, top + window) {
            for x in left..<min(width, left + window) {
                let token = (y - top) * window + x - left
                (result + (y * width + x) * channels + offset)
                    .update(from: source + token * headDimension, count: headDimension)
            }
        }
    }
}
