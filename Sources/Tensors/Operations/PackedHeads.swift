/// Keys and values that many rows attend to, by head in the kernels' order: packed once, read once for all rows of a
/// product. In bfloat16 unless the workspace computes in fp32.
public struct PackedHeads: Sendable {
    /// Heads that lie side by side in a row.
    public let heads: Int
    let shape: HeadAttention
    // [heads, packed keys and values]
    private let packed: Tensor

    /// k and v [T, C].
    public init(k: Tensor, v: Tensor, heads: Int, in workspace: Workspace) {
        let channels = k.columns
        self.heads = heads
        let shape = HeadAttention(
            dimension: channels / heads, keys: k.rows, format: workspace.precision.attentionFormat)
        let packed = workspace.tensor([heads, shape.packedCount])
        withExtendedLifetime((k, v, packed)) {
            workspace.pool.run(heads) { head in
                let offset = head * shape.dimension
                shape.pack(
                    keys: k.pointer + offset, values: v.pointer + offset, stride: channels,
                    into: packed.pointer + head * shape.packedCount, workspace)
            }
        }
        self.shape = shape
        self.packed = packed
    }

    /// Bytes of the keys and values of all heads.
    public var byteCount: Int { packed.count * MemoryLayout<Float>.stride }

    /// What belongs to one head; valid as long as a copy of this value lives.
    func pointer(_ head: Int) -> UnsafeMutablePointer<Float> { packed.pointer + head * shape.packedCount }
}
