import CKernels

/// Keys or values of tokens that were seen, a row each, by head: in bfloat16 unless the workspace computes in fp32.
///
/// A value: a copy shares the memory until one of the two is appended to.
public struct CachedRows: @unchecked Sendable {
    // Shapes: [heads, capacity, dimension], `count` rows filled.
    public let heads: Int
    /// Values of a head.
    public let dimension: Int
    public private(set) var count = 0
    private var capacity: Int
    private var storage: Storage
    private let workspace: Workspace

    /// No rows, and room for some, of `columns` values: those of the heads side by side.
    public init(columns: Int, heads: Int, capacity: Int, in workspace: Workspace) {
        assert(columns % heads == 0)
        self.heads = heads
        dimension = columns / heads
        self.capacity = max(1, capacity)
        self.workspace = workspace
        storage = workspace.storage(byteCount: self.capacity * columns * Self.valueSize(workspace))
    }

    /// Appends some rows of a tensor [.., columns].
    public mutating func append(_ rows: Tensor, _ range: Range<Int>) {
        assert(rows.columns == heads * dimension && range.upperBound <= rows.rows)
        makeRoom(for: range.count)
        withExtendedLifetime((rows, storage)) {
            for row in range {
                for head in 0..<heads {
                    let source = rows.pointer + row * rows.columns + head * dimension
                    let place = (head * capacity + count + row - range.lowerBound) * dimension
                    if isNarrow {
                        let target = storage.block.base.assumingMemoryBound(to: UInt16.self) + place
                        workspace.kernels.pointee.narrow(source, dimension, target)
                    } else {
                        (storage.floats + place).update(from: source, count: dimension)
                    }
                }
            }
        }
        count += range.count
    }

    /// Bytes of all rows for which there is room.
    public var byteCount: Int { storage.block.byteCount }

    /// Whether the rows are bfloat16.
    var isNarrow: Bool { Self.valueSize(workspace) == 2 }

    /// One head's rows in this order; valid as long as a copy of this value and the order live.
    func rows(head: Int, order: UnsafeBufferPointer<UInt32>) -> ck_cached {
        ck_cached(
            rows: UnsafeRawPointer(storage.block.base + head * capacity * dimension * Self.valueSize(workspace)),
            stride: dimension, order: order.baseAddress, count: order.count, dimension: dimension)
    }

    /// Memory of its own, twice as large when it is full.
    private mutating func makeRoom(for more: Int) {
        let isOwn = isKnownUniquelyReferenced(&storage)
        guard !isOwn || count + more > capacity else { return }
        var larger = capacity
        while larger < count + more { larger *= 2 }
        let row = dimension * Self.valueSize(workspace)
        let target = workspace.storage(byteCount: heads * larger * row)
        withExtendedLifetime(storage) {
            for head in 0..<heads {
                (target.block.base + head * larger * row).copyMemory(
                    from: storage.block.base + head * capacity * row, byteCount: count * row)
            }
        }
        storage = target
        capacity = larger
    }

    private static func valueSize(_ workspace: Workspace) -> Int { workspace.precision.cachedValueSize }
}
