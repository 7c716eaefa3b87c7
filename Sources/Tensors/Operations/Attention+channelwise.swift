import CKernels

extension Attention {
    /// x + proj(DaViT's channel attention of qkv(norm(x))): per group, A = softmax(N^-0.5 qᵀk) over k's channels and
    /// out[n, c] = Σd A[c, d] v[n, d]. x [N, C] -> [N, C]; qkv [3C, C] gives [q | k | v], each groups x channels of a group.
    ///
    /// Where there are tokens enough for all threads, q and k go into the maps and v through them a block of tokens at a
    /// time: what is between the two layers, four times as wide as x, never leaves the cache.
    public static func addingChannelwise(
        to x: Tensor, groups: Int, norm: LayerNorm, qkv: Linear, proj: Linear, in workspace: Workspace
    ) -> Tensor {
        let channels = x.columns
        let maps = ChannelMaps(
            tokens: x.rows, groups: groups, size: channels / groups, format: workspace.precision.attentionFormat)
        guard maps.chunks >= 4 * workspace.pool.threads, channels % Int(CK_PANEL) == 0 else {
            let wide = qkv(x, norm: norm, in: workspace)
            return proj(channelwise(wide, maps, in: workspace), residual: x, in: workspace)
        }
        let result = workspace.tensor(x.shape)
        withExtendedLifetime((x, norm, qkv, proj, result)) {
            let layer = ChannelLayer(
                x: x.pointer, result: result.pointer, channels: channels, maps: maps, norm: norm.kernel, qkv: qkv,
                proj: proj)
            let partials = workspace.tensor([maps.chunks, groups, maps.size, maps.size])
            workspace.pool.run(maps.chunks) { layer.addProducts($0, partials, workspace) }
            let packed = maps.packed(partials, workspace)
            workspace.pool.run(maps.chunks) { layer.apply(packed, $0, workspace) }
        }
        return result
    }

    /// The attention alone. qkv [N, 3C] -> [N, C].
    private static func channelwise(_ qkv: Tensor, _ maps: ChannelMaps, in workspace: Workspace) -> Tensor {
        let channels = qkv.columns / 3
        let result = workspace.tensor([qkv.rows, channels])
        withExtendedLifetime((qkv, result)) {
            let partials = workspace.tensor([maps.chunks, maps.groups, maps.size, maps.size])
            workspace.pool.run(maps.chunks * maps.groups) { task in
                let (chunk, group) = (task / maps.groups, task % maps.groups)
                let q = qkv.pointer + maps.tokens(of: chunk).lowerBound * 3 * channels
                maps.addProducts(chunk, group, q: q, k: q + channels, stride: 3 * channels, to: partials, workspace)
            }
            let packed = maps.packed(partials, workspace)
            workspace.pool.run(maps.chunks * maps.groups) { task in
                let (chunk, group) = (task / maps.groups, task % maps.groups)
                let first = maps.tokens(of: chunk).lowerBound
                workspace.withScratch(Int(CK_GEMM_SCRATCH)) { scratch in
                    maps.apply(
                        packed, chunk, group, v: qkv.pointer + (first * 3 + 2) * channels, stride: 3 * channels,
                        out: result.pointer + first * channels, scratch, workspace)
                }
            }
        }
        return result
    }
}

/// A block of tokens on its way from x into the maps, and through them to the result.
private struct ChannelLayer: @unchecked Sendable {
    let x: UnsafePointer<Float>
    let result: UnsafeMutablePointer<Float>
    let channels: Int
    let maps: ChannelMaps
    let norm: ck_norm
    let qkv: Linear
    let proj: Linear

    func addProducts(_ chunk: Int, _ partials: Tensor, _ workspace: Workspace) {
        let tokens = maps.tokens(of: chunk)
        workspace.withScratch(Int(CK_GEMM_SCRATCH) + tokens.count * 2 * channels) { scratch in
            let q = scratch + Int(CK_GEMM_SCRATCH)
            var product = qkv.product(columns: 0..<2 * channels)
            product.a = x + tokens.lowerBound * channels
            product.lda = channels
            product.c = q
            product.ldc = 2 * channels
            product.m = tokens.count
            product.scratch = scratch
            product.run(qkv.weight.format, norm: norm, in: workspace)
            for group in 0..<maps.groups {
                maps.addProducts(
                    chunk, group, q: q, k: q + channels, stride: 2 * channels, to: partials, workspace)
            }
        }
    }

    func apply(_ packed: Tensor, _ chunk: Int, _ workspace: Workspace) {
        let tokens = maps.tokens(of: chunk)
        workspace.withScratch(Int(CK_GEMM_SCRATCH) + tokens.count * 2 * channels) { scratch in
            let v = scratch + Int(CK_GEMM_SCRATCH)
            let attended = v + tokens.count * channels
            let rows = tokens.lowerBound * channels
            var product = qkv.product(columns: 2 * channels..<3 * channels)
            product.a = x + rows
            product.lda = channels
            product.c = v
            product.ldc = channels
            product.m = tokens.count
            product.scratch = scratch
            product.run(qkv.weight.format, norm: norm, in: workspace)
            for group in 0..<maps.groups {
                maps.apply(packed, chunk, group, v: v, stride: channels, out: attended, scratch, workspace)
            }
            product = proj.product()
            product.a = UnsafePointer(attended)
            product.lda = channels
            product.residual = x + rows
            product.ldr = channels
            product.c = result + rows
            product.ldc = channels
            product.m = tokens.count
            product.scratch = scratch
            product.run(proj.weight.format, in: workspace)
        }
    }
}

/// The [size, size] attention maps of all groups. Sums run over chunks of tokens that are cut in the same places for any
/// number of threads.
private struct ChannelMaps {
    let tokens: Int
    let groups: Int
    let size: Int
    /// float32 or bfloat16.
    let format: WeightFormat

    private static let chunk = Int(CK_GEMM_ROW_BLOCK)

    var chunks: Int { (tokens + Self.chunk - 1) / Self.chunk }

    func tokens(of chunk: Int) -> Range<Int> { chunk * Self.chunk..<min(tokens, (chunk + 1) * Self.chunk) }

    /// qᵀk of one chunk and group, from q and k of the chunk's first token, to [chunks, groups, size, size].
    func addProducts(
        _ chunk: Int, _ group: Int, q: UnsafePointer<Float>, k: UnsafePointer<Float>, stride: Int,
        to partials: Tensor, _ workspace: Workspace
    ) {
        let sums = partials.pointer + (chunk * groups + group) * size * size
        sums.initialize(repeating: 0, count: size * size)
        var gram = ck_gram(
            a: q + group * size, lda: stride, b: k + group * size, ldb: stride, c: sums, ldc: size, m: size, n: size,
            t: tokens(of: chunk).count)
        workspace.kernels.pointee.gram(&gram)
    }

    /// The maps in the kernels' order: [groups, packed [size, size]].
    func packed(_ partials: Tensor, _ workspace: Workspace) -> Tensor {
        let area = size * size
        let packed = workspace.tensor([groups, ck_packed_bytes(format.kernel, size, size) / 4])
        withExtendedLifetime(partials) {
            workspace.pool.run(groups) { group in
                let kernels = workspace.kernels
                let map = partials.pointer + group * area
                for chunk in 1..<max(1, chunks) {
                    kernels.pointee.add(map, partials.pointer + (chunk * groups + group) * area, area, map)
                }
                kernels.pointee.softmax(map, size, size, size, 1 / Float(tokens).squareRoot())
                let panels = (size + Int(CK_PANEL) - 1) / Int(CK_PANEL)
                var job = ck_pack(
                    w: map, stored: CK_F32, ldw: size, n: size, k: size, first: 0, last: panels,
                    panels: packed.pointer + group * packed.columns)
                ck_pack_weights(kernels, format.kernel, &job)
            }
        }
        return packed
    }

    /// v of the chunk's tokens times the map of a group; v's rows are `stride` apart, those of `out` side by side.
    func apply(
        _ packed: Tensor, _ chunk: Int, _ group: Int, v: UnsafePointer<Float>, stride: Int,
        out: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        var product = ck_gemm()
        product.a = v + group * size
        product.lda = stride
        product.panels = UnsafeRawPointer(packed.pointer + group * packed.columns)
        product.panel_bytes = ck_panel_bytes(format.kernel, size)
        product.c = out + group * size
        product.ldc = groups * size
        product.m = tokens(of: chunk).count
        product.n = size
        product.k = size
        product.scratch = scratch
        ck_multiply(workspace.kernels, format.kernel, &product)
    }
}
