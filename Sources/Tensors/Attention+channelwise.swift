import CKernels

extension Attention {
    /// DaViT's channel attention: per group, A = softmax(N^-0.5 qᵀk) over k's channels and out[n, c] = Σd A[c, d] v[n, d].
    /// qkv [N, 3C] = [q | k | v], each groups x channels of a group -> [N, C].
    public static func channelwise(qkv: Tensor, groups: Int, in workspace: Workspace) -> Tensor {
        let channels = qkv.columns / 3
        let result = workspace.tensor([qkv.rows, channels])
        withExtendedLifetime((qkv, result)) {
            let map = ChannelMap(
                qkv: qkv.pointer, tokens: qkv.rows, channels: channels, groups: groups, size: channels / groups,
                format: workspace.precision.attentionFormat)
            let partials = map.partialSums(workspace)
            let packed = map.packedMaps(partials, workspace)
            map.apply(packed, result, workspace)
        }
        return result
    }
}

/// The [size, size] attention maps of all groups.
private struct ChannelMap: @unchecked Sendable {
    let qkv: UnsafePointer<Float>
    let tokens: Int
    let channels: Int
    let groups: Int
    let size: Int
    /// float32 or bfloat16.
    let format: WeightFormat

    /// Sums run over chunks of tokens that are cut in the same places for any number of threads.
    private static let chunk = 256
    private static let tokensPerProduct = 4 * Int(CK_GEMM_ROW_BLOCK)

    private var chunks: Int { (tokens + Self.chunk - 1) / Self.chunk }

    /// qᵀk of each chunk: [chunks, groups, size, size].
    func partialSums(_ workspace: Workspace) -> Tensor {
        let partials = workspace.tensor([chunks, groups, size, size])
        workspace.pool.run(chunks * groups) { task in
            let first = task / groups * Self.chunk
            let q = qkv + first * 3 * channels + task % groups * size
            let sums = partials.pointer + task * size * size
            sums.initialize(repeating: 0, count: size * size)
            var gram = ck_gram(
                a: q, lda: 3 * channels, b: q + channels, ldb: 3 * channels, c: sums, ldc: size, m: size, n: size,
                t: min(Self.chunk, tokens - first))
            workspace.kernels.pointee.gram(&gram)
        }
        return partials
    }

    /// The maps in the kernels' order: [groups, packed [size, size]].
    func packedMaps(_ partials: Tensor, _ workspace: Workspace) -> Tensor {
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

    /// v [N, C] times the map of each group.
    func apply(_ packed: Tensor, _ result: Tensor, _ workspace: Workspace) {
        let blocks = (tokens + Self.tokensPerProduct - 1) / Self.tokensPerProduct
        withExtendedLifetime(packed) {
            workspace.pool.run(blocks * groups) { task in
                let (first, group) = (task / groups * Self.tokensPerProduct, task % groups)
                workspace.withScratch(Int(CK_GEMM_SCRATCH)) { scratch in
                    var product = ck_gemm()
                    product.a = qkv + first * 3 * channels + 2 * channels + group * size
                    product.lda = 3 * channels
                    product.panels = UnsafeRawPointer(packed.pointer + group * packed.columns)
                    product.panel_bytes = ck_panel_bytes(format.kernel, size)
                    product.c = result.pointer + first * channels + group * size
                    product.ldc = channels
                    product.m = min(Self.tokensPerProduct, tokens - first)
                    product.n = size
                    product.k = size
                    product.scratch = scratch
                    ck_multiply(workspace.kernels, format.kernel, &product)
                }
            }
        }
    }
}
