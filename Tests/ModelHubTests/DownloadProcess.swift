import Foundation

/// `vision-server download` as a process of its own.
final class DownloadProcess {
    struct End {
        let status: Int32
        let output: String
        let errors: String
    }

    private let process = Process()
    private let folder = FileManager.default.temporaryDirectory.appending(path: "download-process-\(UUID())")

    /// Beside the test bundle: the build makes both.
    static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "vision-server").path

    /// - Parameters:
    ///   - arguments: What follows `download florence/tiny`.
    ///   - wrapper: A command that runs the command that follows it.
    init(_ lab: Lab, _ arguments: [String] = [], wrapper: [String] = [], environment: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + [Self.program, "download", "florence/tiny"] + arguments
        let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        process.environment = inherited.merging(lab.environment(environment)) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try writable("output")
        process.standardError = try writable("errors")
        try process.run()
    }

    deinit {
        if process.isRunning { kill() }
        try? FileManager.default.removeItem(at: folder)
    }

    var errors: String { text("errors") }

    /// Ends the process as the kernel does when memory is short: it has no time for anything.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits for the end.
    func finish() -> End {
        process.waitUntilExit()
        return End(status: process.terminationStatus, output: text("output"), errors: errors)
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    private func writable(_ name: String) throws -> FileHandle {
        let file = folder.appending(path: name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
