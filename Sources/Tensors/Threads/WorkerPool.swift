import Foundation

/// `threads` - 1 threads that wait (spin briefly, then sleep), plus the caller. No thread is created per product.
public final class WorkerPool: @unchecked Sendable {
    /// How many threads work, the caller's included.
    public let threads: Int
    private let board = JobBoard()
    private let workers: [JoinableThread]

    /// Starts the threads, or as many of them as the system has room for; fewer than one counts as one.
    public init(threads: Int) {
        workers = (1..<max(1, threads)).compactMap { [board] index in
            try? JoinableThread(name: "tensors-\(index)") { board.work() }
        }
        self.threads = workers.count + 1
    }

    /// Calls `body(i)` for every i in 0..<count, each exactly once, spread over the threads as they become free, and
    /// returns when all are done. A call made while another one runs, from its body say, runs on the calling thread.
    public func run(_ count: Int, _ body: (Int) -> Void) {
        guard threads > 1, count > 1, board.claim() else {
            for index in 0..<max(0, count) { body(index) }
            return
        }
        defer { board.release() }
        board.run(count, body)
    }

    /// Ends and joins the threads.
    deinit {
        board.end()
        for worker in workers { worker.join() }
    }

    /// The cores that this process may run on: its affinity mask.
    public static var usableCores: Int {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(cores, affinityCores ?? cores))
    }

    /// Linux: the bits of "Cpus_allowed:", comma-separated groups of hexadecimal digits.
    private static var affinityCores: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        let bits = line?.dropFirst("Cpus_allowed:".count).compactMap(\.hexDigitValue).map(\.nonzeroBitCount)
        return bits?.reduce(0, +)
    }
}
