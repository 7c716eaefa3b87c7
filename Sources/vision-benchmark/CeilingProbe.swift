import CProbes
import Foundation
import Tensors

/// Measures what all threads together can do at most.
struct CeilingProbe {
    let pool: WorkerPool
    /// How long one measurement takes.
    let seconds: Double
    private let memory: ProbedMemory

    init(pool: WorkerPool, seconds: Double, byteCount: Int) {
        self.pool = pool
        self.seconds = seconds
        memory = ProbedMemory(byteCount: byteCount)
    }

    static let loops = (0..<CP_LOOPS.rawValue).map { cp_loop($0) }

    /// Multiplications and additions a second; 0 where the processor lacks the instruction.
    func operationsPerSecond(_ loop: cp_loop) -> Double {
        // About a millisecond, so that the threads end together.
        let perTask: UInt64 = 1 << 18
        let operations = Self.run(loop, rounds: perTask)
        guard operations > 0 else { return 0 }
        let tasks = 16 * pool.threads
        return perSecond(amount: operations * Double(tasks)) {
            pool.run(tasks) { _ in _ = Self.run(loop, rounds: perTask) }
        }
    }

    /// Bytes of memory read a second, each thread reading other ones.
    func bytesPerSecond() -> Double {
        let chunk = 1 << 20
        let tasks = memory.byteCount / chunk
        return perSecond(amount: Double(tasks * chunk)) {
            pool.run(tasks) { memory.read($0 * chunk..<($0 + 1) * chunk) }
        }
    }

    private static func run(_ loop: cp_loop, rounds: UInt64) -> Double {
        var sink: Float = 0
        return Double(cp_run(loop, rounds, &sink))
    }

    /// How often `body` can be done in the time, as an amount a second; done once before, which is not counted.
    private func perSecond(amount: Double, _ body: () -> Void) -> Double {
        body()
        let start = ContinuousClock.now
        var count = 0
        var elapsed = 0.0
        repeat {
            body()
            count += 1
            elapsed = (ContinuousClock.now - start) / .seconds(1)
        } while elapsed < seconds
        return amount * Double(count) / elapsed
    }
}

extension cp_loop {
    var name: String { String(cString: cp_name(self)) }
}

/// Memory that is there, page by page, in large pages where the system has them.
private final class ProbedMemory: Sendable {
    let byteCount: Int
    private nonisolated(unsafe) let words: UnsafeMutablePointer<UInt64>

    init(byteCount: Int) {
        let largePage = 1 << 21
        self.byteCount = byteCount
        let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: largePage)
        #if os(Linux)
            madvise(block, byteCount, Int32(MADV_HUGEPAGE))
        #endif
        let count = byteCount / MemoryLayout<UInt64>.stride
        words = block.bindMemory(to: UInt64.self, capacity: count)
        words.initialize(repeating: 1, count: count)
    }

    deinit { words.deallocate() }

    /// Bytes of a range whose ends are multiples of 512.
    func read(_ bytes: Range<Int>) {
        let stride = MemoryLayout<UInt64>.stride
        let sum = cp_read(words + bytes.lowerBound / stride, bytes.count / stride)
        precondition(sum == bytes.count / stride, "the memory that was probed does not hold what was written to it")
    }
}
