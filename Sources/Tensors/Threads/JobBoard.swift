import CKernels
import Foundation
import Synchronization

/// Where the caller of a `WorkerPool` posts a job and its threads take pieces of it.
///
/// `ticket` is the whole protocol: the number of the job in its high half and the next index in its low half. A thread
/// takes an index by moving the ticket on with a compare-and-swap, which fails if the job has changed since; so what it
/// read of the job is that job's, and a thread that comes late takes nothing and is waited for by nobody.
final class JobBoard: @unchecked Sendable {
    /// A stored closure is called without the detour that a closure behind a generic pointer takes.
    private struct Job {
        let body: (Int) -> Void
    }

    private let ticket = Atomic<UInt64>(JobBoard.closed)
    private let job = Atomic<UnsafeRawPointer?>(nil)
    private let count = Atomic<UInt64>(0)
    private let completed = Atomic<UInt64>(0)
    private let isClaimed = Atomic<Bool>(false)
    private let isEnded = Atomic<Bool>(false)

    private let sleepers = Atomic<Int>(0)
    private let workPosted = NSCondition()
    private let callerSleeps = Atomic<Bool>(false)
    private let jobDone = NSCondition()

    /// An index that is beyond every count.
    private static let closed: UInt64 = 0xffff_ffff
    /// Some tens of microseconds; a sleeping thread takes about as long to wake.
    private static let spins = 2000

    /// True for one caller at a time.
    func claim() -> Bool {
        isClaimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    func release() { isClaimed.store(false, ordering: .releasing) }

    /// Posts a job, takes part in it, and returns when every index is done.
    func run(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: Job(body: body)) { job in
                post(count, UnsafeRawPointer(job))
                takePieces()
                waitForCompletion(UInt64(count))
            }
        }
    }

    /// The life of a worker thread.
    func work() {
        while waitForWork() { takePieces() }
    }

    /// Lets the workers go.
    func end() {
        isEnded.store(true, ordering: .sequentiallyConsistent)
        workPosted.withLock { workPosted.broadcast() }
    }

    private func post(_ count: Int, _ job: UnsafeRawPointer) {
        let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
        ticket.store(number << 32 | Self.closed, ordering: .sequentiallyConsistent)
        self.job.store(job, ordering: .releasing)
        self.count.store(UInt64(count), ordering: .releasing)
        completed.store(0, ordering: .relaxed)
        ticket.store((number &+ 1) << 32, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            workPosted.withLock { workPosted.broadcast() }
        }
    }

    private func takePieces() {
        while true {
            let current = ticket.load(ordering: .acquiring)
            let job = job.load(ordering: .acquiring)
            let total = count.load(ordering: .acquiring)
            guard current & Self.closed < total, let job else { return }
            let taken = ticket.compareExchange(
                expected: current, desired: current &+ 1, ordering: .acquiringAndReleasing)
            guard taken.exchanged else { continue }
            call(job, Int(current & Self.closed))
            if completed.add(1, ordering: .sequentiallyConsistent).newValue == total { wakeCaller() }
        }
    }

    /// Not inlined, so that nothing of the closure is touched after the piece is counted as done.
    @inline(never)
    private func call(_ job: UnsafeRawPointer, _ index: Int) {
        job.assumingMemoryBound(to: Job.self).pointee.body(index)
    }

    private func wakeCaller() {
        guard callerSleeps.load(ordering: .sequentiallyConsistent) else { return }
        jobDone.withLock { jobDone.broadcast() }
    }

    private func waitForCompletion(_ count: UInt64) {
        for _ in 0..<Self.spins {
            if completed.load(ordering: .acquiring) == count { return }
            ck_pause()
        }
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        jobDone.withLock {
            while completed.load(ordering: .sequentiallyConsistent) != count { jobDone.wait() }
        }
        callerSleeps.store(false, ordering: .relaxed)
    }

    private var hasWork: Bool {
        let current = ticket.load(ordering: .sequentiallyConsistent)
        return current & Self.closed < count.load(ordering: .relaxed)
    }

    /// False when the pool has ended.
    private func waitForWork() -> Bool {
        for _ in 0..<Self.spins {
            if isEnded.load(ordering: .relaxed) { return false }
            if hasWork { return true }
            ck_pause()
        }
        workPosted.lock()
        defer { workPosted.unlock() }
        sleepers.add(1, ordering: .sequentiallyConsistent)
        defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
        while true {
            if isEnded.load(ordering: .sequentiallyConsistent) { return false }
            if hasWork { return true }
            workPosted.wait()
        }
    }
}
