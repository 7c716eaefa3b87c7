import Foundation
import Testing

/// What a run of `vision-client` left.
struct ClientRun {
    let status: Int32
    let output: String
    let errors: String
}

/// The program `vision-client` while it runs, or another one that the build made.
final class Client {
    private let process = Process()
    private let files: URL

    /// - Parameters:
    ///   - program: a name beside the test bundle, where the build puts all of them.
    ///   - wrapper: words before the program's: another program, which is to start it.
    ///   - errors: where standard error goes, instead of into a file.
    init(
        _ arguments: [String], environment: [String: String] = [:], program: String = "vision-client",
        wrapper: [String] = [], folder: URL? = nil, errors: FileHandle? = nil
    ) throws {
        files = FileManager.default.temporaryDirectory.appending(path: "vision-client-test-\(UUID())")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        let words = wrapper + [Self.programs.appending(path: program).path] + arguments
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = folder
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("VISION_") && !name.lowercased().hasSuffix("_proxy")
        }
        let own = ["XDG_STATE_HOME": files.appending(path: "state").path]
        process.environment = inherited.merging(own) { $1 }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.writable(files.appending(path: "output"))
        process.standardError = try errors ?? Self.writable(files.appending(path: "errors"))
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: files)
    }

    static let programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// Runs the client to its end.
    static func run(
        _ arguments: [String], server: ScriptedServer? = nil, environment: [String: String] = [:],
        wrapper: [String] = [], folder: URL? = nil
    ) throws -> ClientRun {
        let host = server.map { ["VISION_HOST": $0.address] } ?? [:]
        return try Client(
            arguments, environment: host.merging(environment) { $1 }, wrapper: wrapper, folder: folder
        ).finish()
    }

    /// Words that start a program which permissions of files stop, root's as well; `nil` where that cannot be had.
    static let heedingPermissions: [String]? = {
        guard geteuid() == 0 else { return [] }
        let dropped = "-dac_override,-dac_read_search"
        let words = ["/usr/bin/setpriv", "--bounding-set=\(dropped)", "--inh-caps=\(dropped)"]
        return succeeds(words + ["true"]) ? words : nil
    }()

    /// Words before a shell script that may mount file systems for itself alone; `nil` where that cannot be had.
    static let mounting: [String]? = {
        let words = ["/usr/bin/unshare", "--mount", "sh", "-c"]
        return succeeds(words + ["mount -t tmpfs -o size=64k tmpfs /mnt"]) ? words : nil
    }()

    private static func succeeds(_ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    var isRunning: Bool { process.isRunning }
    var errors: String { text("errors") }
    var processID: Int32 { process.processIdentifier }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    func finish() -> ClientRun {
        process.waitUntilExit()
        let crashed = process.terminationReason == .uncaughtSignal
        return ClientRun(
            status: crashed ? -process.terminationStatus : process.terminationStatus, output: text("output"),
            errors: errors)
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: files.appending(path: name), encoding: .utf8)) ?? ""
    }

    private static func writable(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }
}
