import Foundation
import Synchronization
import Tensors
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 8]) func everyIndexOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        #expect(pool.threads == threads)
        for count in [0, 1, 2, 7, 100, 1000] {
            // No lock: a place that two had to do with would be found by ThreadSanitizer, too.
            var calls = [Int](repeating: 0, count: count)
            calls.withUnsafeMutableBufferPointer { calls in pool.run(count) { calls[$0] += 1 } }
            #expect(calls.allSatisfy { $0 == 1 })
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

    #if os(Linux)
        /// In a process of its own, which is given the first of the cores that this one has.
        @Test func coresOfThisProcess() async {
            await #expect(processExitsWith: .success) {
                let cores = try Self.allowedCores()
                #expect(WorkerPool.usableCores == cores.count)
                for count in 1...min(3, cores.count) {
                    try Self.stay(on: cores.prefix(count))
                    #expect(WorkerPool.usableCores == count)
                }
            }
        }

        /// The numbers in "Cpus_allowed_list:", such as 0-2,5.
        private static func allowedCores() throws -> [Int] {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let list = try #require(status.firstMatch(of: /Cpus_allowed_list:\s*(\S+)/)?.1)
            return try list.split(separator: ",").flatMap { part in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                return Array(try #require(ends.first)...(try #require(ends.last)))
            }
        }

        /// Leaves these cores alone to the process: sched_setaffinity, which no module exports.
        private static func stay(on cores: some Sequence<Int>) throws {
            typealias Function = @convention(c) (pid_t, Int, UnsafePointer<UInt8>) -> Int32
            var mask = [UInt8](repeating: 0, count: 128)
            for core in cores { mask[core / 8] |= 1 << (core % 8) }
            let function = unsafeBitCast(try #require(dlsym(nil, "sched_setaffinity")), to: Function.self)
            try #require(function(getpid(), mask.count, mask) == 0)
        }
    #endif
}
