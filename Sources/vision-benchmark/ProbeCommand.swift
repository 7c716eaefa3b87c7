import ArgumentParser
import CProbes
import Tensors

/// Prints the ceilings of this machine.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Print what the processor and its memory can do at most, as JSON.")

    @Option(help: "Threads to compute with. (default: all cores)")
    var threads: Int?

    @Option(help: "How often everything is measured, one after the other.")
    var rounds = 5

    @Option(help: "Seconds that each measurement takes.")
    var seconds = 0.2

    @Option(help: "Megabytes that are read: more than any cache holds.")
    var megabytes = 512

    func run() throws {
        let probe = CeilingProbe(
            pool: WorkerPool(threads: threads ?? WorkerPool.usableCores), seconds: seconds,
            byteCount: max(1, megabytes) << 20)
        let values = (0..<max(1, rounds)).map { _ in
            var round = Dictionary(
                uniqueKeysWithValues: CeilingProbe.loops.map { ($0.name, probe.operationsPerSecond($0)) })
            round["memory_read"] = probe.bytesPerSecond()
            return round
        }
        try JSONOutput.print(Result(threads: probe.pool.threads, rounds: values))
    }

    /// Operations a second by the name of the loop, a multiply-add being two, 0 where the processor lacks the
    /// instruction; `memory_read` is bytes a second.
    private struct Result: Encodable {
        let threads: Int
        let rounds: [[String: Double]]
    }
}
