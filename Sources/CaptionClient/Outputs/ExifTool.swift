import Foundation
import Synchronization

/// The program exiftool, which knows how every format keeps its metadata; one process for the whole run.
package final class ExifTool: Sendable {
    private let session: ExifToolSession
    private let trueNames = Mutex<[String: TrueName]>([:])
    private let newSidecars = Mutex<Set<String>>([])

    /// How many files are read by one command.
    package static let batchSize = 20

    /// Looks for exiftool along `PATH`.
    /// - Throws: `ClientError.noExifTool`.
    package init(environment: [String: String]) throws(ClientError) {
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.map { URL(filePath: String($0)).appending(path: "exiftool") }
        guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw .noExifTool
        }
        // Perl complains about a locale that is not installed.
        session = ExifToolSession(program: program, environment: environment.merging(["LC_ALL": "C"]) { $1 })
    }

    /// The metadata of each of several files, or why it is not known: `ClientError.metadataUnread`.
    /// - Parameter language: that of the description in XMP that counts.
    package func read(
        _ files: some Collection<ImageFile>, language: String = ImageMetadata.anyLanguage
    ) async -> [ImageFile: Result<ImageMetadata, ClientError>] {
        var read: [ImageFile: Result<ImageMetadata, ClientError>] = [:]
        guard !files.isEmpty else { return read }
        let answer = try? await session.run(Self.reading, on: files.map(\.path))
        for entry in answer.flatMap({ Self.entries($0.output) }) ?? [] {
            guard case .string(let path) = entry["SourceFile"] else { continue }
            read[ImageFile(path: path)] = Self.metadata(entry, of: ImageFile(path: path), language)
        }
        // One file may have ended the command for all of them.
        for file in files where read[file] == nil { read[file] = await readAlone(file, language) }
        return read
    }

    private func readAlone(_ file: ImageFile, _ language: String) async -> Result<ImageMetadata, ClientError> {
        do {
            let answer = try await session.run(Self.reading, on: [file.path])
            if let entry = Self.entries(answer.output)?.first { return Self.metadata(entry, of: file, language) }
            return .failure(.metadataUnread(reason: answer.complaint ?? "it ended without a word"))
        } catch {
            return .failure(.metadataUnread(reason: SystemReason.text(error)))
        }
    }

    /// With -b what is not UTF-8 comes as base64; without it such bytes would be lost.
    private static let reading = ["-j", "-b", "-q", "-m"] + ImageMetadata.readable.map { "-\($0)" }

    private static func entries(_ output: Data) -> [[String: AnyJSON]]? {
        try? JSONDecoder().decode([[String: AnyJSON]].self, from: AnyJSON.quotingNumbers(output))
    }

    /// A file that exiftool could not read has an entry, too: one with an error, or with nothing.
    private static func metadata(
        _ entry: [String: AnyJSON], of file: ImageFile, _ language: String
    ) -> Result<ImageMetadata, ClientError> {
        if case .string(let reason) = entry["Error"] { return .failure(.metadataUnread(reason: reason)) }
        guard entry["FileType"] != nil else { return .failure(.metadataUnread(reason: "it does not say what it is")) }
        return .success(ImageMetadata(exifTool: entry, file: FileName(file.path), language: language))
    }

    /// Writes metadata into an image's file and leaves everything else as it was. Where EXIF or IPTC is damaged, what can
    /// be written is.
    /// - Parameters:
    ///   - type: what the file is, when its name says something else.
    ///   - keepsTimes: whether the file keeps the time of its last change.
    /// - Returns: what was not written, as a sentence; `nil` as a rule.
    /// - Throws: `ClientError.exifTool`, `.exifLeftover`, `.diskFull`.
    func write(
        _ change: MetadataChange, to file: ImageFile, as type: ImageType?, keepsTimes: Bool
    ) async throws -> String? {
        // A link would be replaced by a file, so what it leads to is written.
        guard let path = file.resolved else { throw ClientError.exifTool("The file is not there.") }
        guard let type else { return try await write(change.reductions, path, keepsTimes) }
        let name = try TrueName(of: path, type: type)
        trueNames.withLock { $0[name.path] = name }
        defer {
            name.remove()
            _ = trueNames.withLock { $0.removeValue(forKey: name.path) }
        }
        let note = try await write(change.reductions, name.path, keepsTimes)
        try name.replaceOriginal()
        return note
    }

    /// Writes metadata into a sidecar, and leaves what else is in it; one that is not there is made.
    /// - Throws: `ClientError.exifTool`, `.exifLeftover`, `.diskFull`, `.unwritable`, `.linkToNothing`.
    func writeSidecar(_ change: MetadataChange, _ sidecar: String) async throws {
        let path = try FileLink.target(of: sidecar)
        guard access(path, F_OK) != 0 else {
            _ = try await write([change], path, false)
            return
        }
        // A short name of its own, hidden, until it is whole.
        let new = FileName(path).folder + "/.vision-client-\(UUID()).xmp"
        newSidecars.withLock { _ = $0.insert(new) }
        defer {
            unlink(new)
            newSidecars.withLock { _ = $0.remove(new) }
        }
        _ = try await write([change], new, false)
        guard link(new, path) != 0 else { return }
        // Some file systems have no links; what has come meanwhile stays.
        guard errno != EEXIST, access(path, F_OK) != 0, rename(new, path) == 0 else {
            throw ClientError.cannotWrite(sidecar, POSIXError(.init(rawValue: errno) ?? .EIO))
        }
    }

    private func write(_ changes: [MetadataChange], _ path: String, _ keepsTimes: Bool) async throws -> String? {
        let time = keepsTimes ? ChangeTime(of: path) : nil
        var first: ClientError?
        for change in changes {
            // A path that begins with a slash cannot be taken for an option. IPTC fields that are there already are
            // copied over themselves: that turns them into the UTF-8 which the file now declares.
            let answer = try await session.run(
                ["-overwrite_original"] + (keepsTimes ? ["-P"] : []) + change.keptIPTC, values: change.exifToolInput(),
                on: [path])
            if answer.status == 0 {
                time?.restore(path)
                return first.map { "Only a part of its metadata could be written: \($0)" }
            }
            let error = Self.error(answer, path)
            // What exiftool has died over is not tried again; nobody else writes what it has left half.
            if answer.status == nil { unlink(Self.leftover(path)) }
            guard answer.status != nil, case .exifTool = error else { throw error }
            first = first ?? error
        }
        throw first ?? ClientError.exifTool("it ended without a word.")
    }

    /// Ends what is under way, in the way in which exiftool leaves no temporary file; what does not end within two
    /// seconds is killed.
    package func interrupt() {
        session.interrupt()
        for name in trueNames.withLock({ Array($0.values) }) { name.remove() }
        for path in newSidecars.withLock({ $0 }) { unlink(path) }
    }

    /// What exiftool complains about, without the file's name.
    private static func error(_ answer: ExifToolAnswer, _ path: String) -> ClientError {
        guard let words = answer.complaint else { return .exifTool("it ended without a word.") }
        if words.hasPrefix("Error writing output file"), hasNoRoom(path) { return .diskFull(file: path) }
        if words.hasPrefix("Temporary file already exists") { return .exifLeftover(leftover(path)) }
        if words.hasSuffix("yet supported") { return .exifUnsupported(words + ".") }
        return .exifTool(words + ".")
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
