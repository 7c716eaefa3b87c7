import ArgumentParser
import Foundation

/// Measures what the programs are made of; `Benchmarks/run` calls it, and so may whoever works on a kernel.
@main
struct VisionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vision-benchmark",
        abstract: "Times matrix products and pictures, and probes what the processor could do at most.",
        subcommands: [ProbeCommand.self, GEMMCommand.self, ImageCommand.self]
    )
}

/// What every command prints: one line of JSON.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
    }
}
