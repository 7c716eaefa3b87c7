/// A contiguous, row-major block of float32 with a shape. A handle: copies share the storage; when the last copy goes,
/// the storage returns to its workspace, or is freed.
public struct Tensor: @unchecked Sendable {
    public let shape: [Int]
    private let storage: Storage

    init(shape: [Int], storage: Storage) {
        self.shape = shape
        self.storage = storage
    }

    /// Zeros in memory of their own.
    public init(shape: [Int]) {
        let count = shape.reduce(1, *)
        self.init(shape: shape, storage: Storage(byteCount: count * MemoryLayout<Float>.stride))
        pointer.initialize(repeating: 0, count: count)
    }

    /// A copy of `values` (as many as the shape says) in memory of its own.
    public init(shape: [Int], _ values: [Float]) {
        assert(values.count == shape.reduce(1, *))
        self.init(shape: shape, storage: Storage(byteCount: values.count * MemoryLayout<Float>.stride))
        values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            pointer.initialize(from: base, count: source.count)
        }
    }

    /// The product of all dimensions but the last.
    public var rows: Int { shape.dropLast().reduce(1, *) }
    /// The last dimension.
    public var columns: Int { shape.last ?? 1 }
    /// The product of all dimensions.
    public var count: Int { shape.reduce(1, *) }

    /// Bytes of its storage, which may be larger than the values.
    public var byteCount: Int { storage.block.byteCount }

    /// The same values, in the same storage, seen with another shape of equal count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        assert(shape.reduce(1, *) == count)
        return Tensor(shape: shape, storage: storage)
    }

    public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(start: pointer, count: count)) }
    }

    /// Every copy of this tensor sees what `body` writes.
    public func withUnsafeMutableBufferPointer<R>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        try withExtendedLifetime(storage) { try body(UnsafeMutableBufferPointer(start: pointer, count: count)) }
    }

    /// A copy of the values.
    public var values: [Float] { withUnsafeBufferPointer { Array($0) } }

    /// Valid as long as a copy of this tensor lives.
    var pointer: UnsafeMutablePointer<Float> { storage.floats }
}
