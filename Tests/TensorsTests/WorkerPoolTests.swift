import Synchronization
import Tensors
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 8]) func everyIndexOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        #expect(pool.threads == threads)
        for count in [0, 1, 2, 7, 100, 1000] {
            let calls = Mutex([Int](repeating: 0, count: count))
            pool.run(count) { index in calls.withLock { $0[index] += 1 } }
            #expect(calls.withLock { $0.allSatisfy { $0 == 1 } })
        }
    }

    /// Jobs that follow each other at once, with workers that come late to all of them.
    @Test(arguments: [2, 5]) func manySmallJobs(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let total = Atomic<Int>(0)
        for job in 0..<20_000 {
            let count = 1 + job % 5
            pool.run(count) { index in total.add(index + 1, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 4000 * (1 + 3 + 6 + 10 + 15))
    }

    @Test func nestedRunsAreDoneInPlace() {
        let pool = WorkerPool(threads: 3)
        let total = Atomic<Int>(0)
        pool.run(10) { _ in
            pool.run(10) { index in total.add(index, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 450)
    }

    @Test func poolsComeAndGo() {
        for threads in 0..<20 {
            let total = Atomic<Int>(0)
            let pool = WorkerPool(threads: threads)
            if threads % 2 == 0 { pool.run(5) { total.add($0, ordering: .relaxed) } }
            #expect(total.load(ordering: .relaxed) == (threads % 2 == 0 ? 10 : 0))
        }
    }

    @Test func coresOfThisProcess() { #expect(WorkerPool.usableCores >= 1) }
}
