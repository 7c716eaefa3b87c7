import CKernels

/// The threads, kernels, precision and recycled scratch memory that one model computes with. One caller thread at a time.
public final class Workspace: @unchecked Sendable {
    public let pool: WorkerPool
    /// The instruction set that this workspace computes with.
    public let instructionSet: InstructionSet
    /// How precisely this workspace multiplies.
    public let precision: Precision
    let kernels: UnsafePointer<ck_table>
    /// Whether what is built with this workspace holds no numbers.
    let isForChecking: Bool
    private let recycler = BlockRecycler()

    /// `threads` nil: as many as the cores that this process may use. An instruction set that the processor lacks is
    /// replaced by the generic one.
    public init(
        threads: Int? = nil, instructionSet: InstructionSet = .current, precision: Precision = .fp32
    ) {
        pool = WorkerPool(threads: threads ?? WorkerPool.usableCores)
        self.instructionSet = instructionSet
        self.precision = precision
        kernels = instructionSet.kernels
        isForChecking = false
    }

    /// A workspace for layers that are built to see whether a checkpoint has what they need: names, shapes and types are
    /// looked at, no weight is read, and nothing can be computed.
    public init(forChecking precision: Precision) {
        pool = WorkerPool(threads: 1)
        instructionSet = .current
        self.precision = precision
        kernels = InstructionSet.current.kernels
        isForChecking = true
    }

    /// Uninitialised memory that is recycled when the last copy of the tensor goes.
    public func tensor(_ shape: [Int]) -> Tensor {
        Tensor(shape: shape, storage: storage(byteCount: shape.reduce(1, *) * MemoryLayout<Float>.stride))
    }

    /// Uninitialised memory that is recycled when its last owner goes.
    func storage(byteCount: Int) -> Storage { Storage(byteCount: byteCount, recycler: recycler) }

    /// Bytes that no tensor uses, and that the next ones take.
    public var idleByteCount: Int { recycler.byteCount }

    /// Gives all memory that no tensor uses back to the system.
    public func trim() { recycler.trim() }

    /// Whether one thread is done with so many multiply-adds before another one would have begun to help.
    func isTiny(multiplications: Int) -> Bool { multiplications < 1 << 17 }

    /// Lends `count` uninitialised floats, aligned to a cache line, to `body`; callable from any thread of the pool.
    func withScratch<R>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> R) -> R {
        let block = recycler.take(byteCount: count * MemoryLayout<Float>.stride)
        defer { recycler.giveBack(block) }
        return body(block.base.assumingMemoryBound(to: Float.self))
    }
}
