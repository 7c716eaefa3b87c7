import Foundation
import Synchronization

/// The program exiftool, which knows how every format keeps its metadata; one process a call.
package final class ExifTool: Sendable {
    private let program: URL
    private let environment: [String: String]
    private let running = Mutex<[ObjectIdentifier: Process]>([:])
    private let trueNames = Mutex<[String: TrueName]>([:])

    /// How many files are read by one process: as many names as a command line surely takes.
    package static let batchSize = 20

    /// Looks for exiftool along `PATH`.
    /// - Throws: `ClientError.noExifTool`.
    package init(environment: [String: String]) throws(ClientError) {
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.map { URL(filePath: String($0)).appending(path: "exiftool") }
        guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw .noExifTool
        }
        self.program = program
        // Perl complains about a locale that is not installed.
        self.environment = environment.merging(["LC_ALL": "C"]) { $1 }
    }

    /// The metadata of each of several files, or why it is not known: `ClientError.metadataUnread`.
    package func read(_ files: [ImageFile]) async -> [ImageFile: Result<ImageMetadata, ClientError>] {
        var read: [ImageFile: Result<ImageMetadata, ClientError>] = [:]
        let run = try? await run(Self.reading(files), input: Data(), mergesErrors: false)
        for entry in run.flatMap({ Self.entries($0.output) }) ?? [] {
            guard case .string(let path) = entry["SourceFile"] else { continue }
            read[ImageFile(path: path)] = Self.metadata(entry, of: ImageFile(path: path))
        }
        // One file may have ended the call for all of them.
        for file in files where read[file] == nil { read[file] = await readAlone(file) }
        return read
    }

    private func readAlone(_ file: ImageFile) async -> Result<ImageMetadata, ClientError> {
        var words: String?
        do {
            // Its words are asked for only where there are no others: between the lines of JSON they would spoil it.
            for mergesErrors in [false, true] {
                let run = try await run(Self.reading([file]), input: Data(), mergesErrors: mergesErrors)
                if let entry = Self.entries(run.output)?.first { return Self.metadata(entry, of: file) }
                if run.output.first != UInt8(ascii: "[") { words = Self.complaint(run.output) }
            }
        } catch {
            words = SystemReason.text(error)
        }
        return .failure(.metadataUnread(reason: words ?? "it ended without a word"))
    }

    private static func reading(_ files: [ImageFile]) -> [String] {
        // With -b what is not UTF-8 comes as base64; without it such bytes would be lost.
        ["-j", "-b", "-q", "-m"] + ImageMetadata.readable.map { "-\($0)" } + files.map(\.path)
    }

    private static func entries(_ output: Data) -> [[String: AnyJSON]]? {
        try? JSONDecoder().decode([[String: AnyJSON]].self, from: AnyJSON.quotingNumbers(output))
    }

    /// A file that exiftool could not read has an entry, too: one with an error, or with nothing.
    private static func metadata(
        _ entry: [String: AnyJSON], of file: ImageFile
    ) -> Result<ImageMetadata, ClientError> {
        if case .string(let reason) = entry["Error"] { return .failure(.metadataUnread(reason: reason)) }
        guard entry["FileType"] != nil else { return .failure(.metadataUnread(reason: "it does not say what it is")) }
        return .success(ImageMetadata(exifTool: entry, file: FileName(file.path)))
    }

    /// Writes metadata into an image's file and leaves everything else, its times included, as it was. Where EXIF or IPTC
    /// is damaged, what can be written is.
    /// - Parameter type: what the file is, when its name says something else.
    /// - Returns: what was not written, as a sentence; `nil` as a rule.
    /// - Throws: `ClientError.exifTool`, `.exifLeftover`, `.diskFull`.
    func write(_ change: MetadataChange, to file: ImageFile, as type: ImageType?) async throws -> String? {
        // A link would be replaced by a file, so what it leads to is written.
        guard let path = file.resolved else { throw ClientError.exifTool("The file is not there.") }
        guard let type else { return try await write(change.reductions, path) }
        let name = try TrueName(of: path, type: type)
        trueNames.withLock { $0[name.path] = name }
        defer {
            name.remove()
            _ = trueNames.withLock { $0.removeValue(forKey: name.path) }
        }
        let note = try await write(change.reductions, name.path)
        try name.replaceOriginal()
        return note
    }

    private func write(_ changes: [MetadataChange], _ path: String) async throws -> String? {
        var first: ClientError?
        for change in changes {
            // The caption goes by standard input as JSON, so nothing in it can be taken for an option; a path that begins
            // with a slash cannot either. IPTC fields that are there already are copied over themselves: that turns them
            // into the UTF-8 which the file now declares.
            let arguments = ["-overwrite_original", "-P"] + change.keptIPTC + ["-j=-", path]
            let run = try await run(arguments, input: change.exifToolInput(), mergesErrors: true)
            if run.status == 0 { return first.map { "Only a part of its metadata could be written: \($0)" } }
            let error = Self.error(run.output, path)
            guard case .exifTool(let reason) = error, !reason.hasSuffix("yet supported.") else { throw error }
            first = first ?? error
        }
        throw first ?? ClientError.exifTool("it ended without a word.")
    }

    /// Ends the calls that are under way, in the way in which exiftool leaves no temporary file; what does not end within
    /// two seconds is killed.
    package func interrupt() {
        let processes = running.withLock { Array($0.values) }
        for process in processes { process.interrupt() }
        let deadline = ContinuousClock.now + .seconds(2)
        while processes.contains(where: \.isRunning), ContinuousClock.now < deadline { usleep(10_000) }
        for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        for name in trueNames.withLock({ Array($0.values) }) { name.remove() }
    }

    private struct Run {
        let status: Int32
        let output: Data
    }

    private func run(_ arguments: [String], input: Data, mergesErrors: Bool) async throws -> Run {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result { try self.runBlocking(arguments, input: input, mergesErrors: mergesErrors) })
            }
        }
    }

    private func runBlocking(_ arguments: [String], input: Data, mergesErrors: Bool) throws -> Run {
        let (process, inlet, outlet) = (Process(), Pipe(), Pipe())
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.standardInput = inlet
        process.standardOutput = outlet
        if mergesErrors { process.standardError = outlet } else { process.standardError = FileHandle.nullDevice }
        // Whoever ends the calls that are under way sees this one as soon as it runs.
        try running.withLock {
            try process.run()
            $0[ObjectIdentifier(process)] = process
        }
        defer { _ = running.withLock { $0.removeValue(forKey: ObjectIdentifier(process)) } }
        // What exiftool has ended without reading is no loss: its words tell why.
        try? inlet.fileHandleForWriting.write(contentsOf: input)
        try? inlet.fileHandleForWriting.close()
        let output = try outlet.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Run(status: process.terminationStatus, output: output)
    }

    /// What exiftool complains about, without the file's name.
    private static func error(_ output: Data, _ path: String) -> ClientError {
        guard let words = complaint(output) else { return .exifTool("it ended without a word.") }
        if words.hasPrefix("Error writing output file"), hasNoRoom(path) { return .diskFull(file: path) }
        if words.hasPrefix("Temporary file already exists") { return .exifLeftover(leftover(path)) }
        return .exifTool(words + ".")
    }

    /// The error among exiftool's words, or what else it says first, without a dot; `nil` when it says nothing.
    private static func complaint(_ output: Data) -> String? {
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        let error = lines.first { $0.hasPrefix("Error: ") }?.dropFirst("Error: ".count)
        guard let line = error ?? lines.first else { return nil }
        let words = line[..<(line.range(of: " - /")?.lowerBound ?? line.endIndex)]
        return String(words.hasSuffix(".") ? words.dropLast() : words)
    }

    /// Whether there is no room for the file once more, which exiftool does not tell.
    private static func hasNoRoom(_ path: String) -> Bool {
        var disk = statvfs()
        guard statvfs(path, &disk) == 0, let size = try? ImageFile(path: path).stamp().size else { return false }
        let (room, isMore) = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
        return !isMore && room < UInt64(size) + 64 << 10
    }

    /// The name under which exiftool writes a file anew.
    static func leftover(_ path: String) -> String { path + "_exiftool_tmp" }
}
