import Eventually
import Foundation
import Testing

/// The program as a user runs it.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    /// Beside the test bundle: the build makes both.
    static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "vision-server")

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil
    ) throws -> Program {
        let running = try RunningProgram(arguments, environment: environment, folder: folder)
        return running.finish()
    }
}

/// The program while it runs.
final class RunningProgram {
    private let process = Process()
    private let files: URL

    /// - Parameters:
    ///   - output: Where its standard output goes; `nil`: to a file that `finish` reads.
    ///   - folder: The current one while it runs; `nil`: that of the tests.
    init(
        _ arguments: [String], environment: [String: String] = [:], output: String? = nil, folder: URL? = nil
    ) throws {
        files = FileManager.default.temporaryDirectory.appending(path: "vision-server-test-\(UUID())")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        process.executableURL = Program.url
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = folder }
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VISION_SERVER_") }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput =
            if let output { try FileHandle(forWritingTo: URL(filePath: output)) } else {
                try Self.writable(files.appending(path: "output"))
            }
        process.standardError = try Self.writable(files.appending(path: "errors"))
        try process.run()
    }

    deinit {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: files)
    }

    var errors: String { text("errors") }

    func interrupt() {
        process.interrupt()
    }

    func terminate() {
        process.terminate()
    }

    /// Waits for the end.
    func finish() -> Program {
        process.waitUntilExit()
        return Program(status: process.terminationStatus, output: text("output"), errors: errors)
    }

    /// Waits until the start line is in the log, and answers the port in it.
    func port() async throws -> Int {
        var port: Int?
        try await eventually("the start line") {
            port = errors.firstMatch(of: /at http:\/\/127\.0\.0\.1:(\d+),/).flatMap { Int($0.1) }
            try #require(port != nil || process.isRunning, "the server has ended: \(errors)")
            return port != nil
        }
        return try #require(port, "\(errors)")
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: files.appending(path: name), encoding: .utf8)) ?? ""
    }

    private static func writable(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }
}
