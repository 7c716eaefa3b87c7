import Foundation

/// One thread of its own on which a model is loaded, used and let go, one job after another in the order of arrival.
///
/// Work of seconds would hold up every other task if it ran on the cooperative pool.
final class ModelThread: Sendable {
    private let jobs = JobList()

    init() {
        let thread = Thread { [jobs] in
            while let job = jobs.next() { job() }
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit {
        jobs.close()
    }

    /// Runs `work` on the thread once the jobs before it are done, and answers its result.
    func run<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            jobs.append { continuation.resume(returning: work()) }
        }
    }
}

/// The jobs that wait for the thread.
///
/// `@unchecked`: everything that changes is touched with the condition locked only.
private final class JobList: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [@Sendable () -> Void] = []
    private var isClosed = false

    func append(_ job: @escaping @Sendable () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        waiting.append(job)
        condition.signal()
    }

    /// Lets the thread end after the jobs that already wait.
    func close() {
        condition.lock()
        defer { condition.unlock() }
        isClosed = true
        condition.signal()
    }

    /// The next job as soon as there is one; `nil` when closed and empty.
    func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty {
            if isClosed { return nil }
            condition.wait()
        }
        return waiting.removeFirst()
    }
}
