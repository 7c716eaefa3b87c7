import CKernels

/// Keys or values of tokens that were seen, a row each: in bfloat16 unless the workspace computes in fp32.
///
/// A value: a copy shares the memory until one of the two is appended to.
public struct CachedRows: @unchecked Sendable {
    // Shapes: [capacity, columns], `count` rows filled.
    public let columns: Int
    public private(set) var count = 0
    private var capacity: Int
    private var storage: Storage
    private let workspace: Workspace

    /// No rows, and room for some.
    public init(columns: Int, capacity: Int, in workspace: Workspace) {
        self.columns = columns
        self.capacity = capacity
        self.workspace = workspace
        storage = workspace.storage(byteCount: capacity * columns * Self.valueSize(workspace))
    }

    /// Appends some rows of a tensor of as many columns.
    public mutating func append(_ rows: Tensor, _ range: Range<Int>) {
        assert(rows.columns == columns && range.upperBound <= rows.rows)
        makeRoom(for: range.count)
        let values = range.count * columns
        withExtendedLifetime((rows, storage)) {
            let source = rows.pointer + range.lowerBound * columns
            if isNarrow {
                let target = storage.block.base.assumingMemoryBound(to: UInt16.self) + count * columns
                workspace.kernels.pointee.narrow(source, values, target)
            } else {
                (storage.floats + count * columns).update(from: source, count: values)
            }
        }
        count += range.count
    }

    /// Whether the rows are bfloat16.
    var isNarrow: Bool { Self.valueSize(workspace) == 2 }

    /// From column `first` of the first row on; valid as long as a copy of this value lives.
    func pointer(column first: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(storage.block.base + first * Self.valueSize(workspace))
    }

    /// Memory of its own, twice as large when it is full.
    private mutating func makeRoom(for more: Int) {
        let isOwn = isKnownUniquelyReferenced(&storage)
        guard !isOwn || count + more > capacity else { return }
        while capacity < count + more { capacity = max(1, 2 * capacity) }
        let size = Self.valueSize(workspace)
        let larger = workspace.storage(byteCount: capacity * columns * size)
        withExtendedLifetime(storage) {
            larger.block.base.copyMemory(from: storage.block.base, byteCount: count * columns * size)
        }
        storage = larger
    }

    private static func valueSize(_ workspace: Workspace) -> Int { workspace.precision == .fp32 ? 4 : 2 }
}
