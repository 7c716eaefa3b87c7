import Foundation
import Logging

/// Brings files into one snapshot, one after the other. Of several processes that want the same file, one fetches it
/// and the others wait.
struct SnapshotFetcher<C: Clock> where C.Duration == Duration {
    let hub: HubClient
    let writer: SnapshotWriter
    let clock: C
    let meter: ProgressMeter<C>
    let logger: Logger
    /// Names of files that are there, but not to be trusted.
    var damaged: Set<String> = []

    func fetch(_ file: KnownFile) async throws {
        if !isThere(file) {
            let lock = try await lock(file)
            // Another process may have mended it meanwhile: now its bytes decide.
            if try !isMended(file) { try await bring(file) }
            withExtendedLifetime(lock) {}
        }
        meter.finishedFile(bytes: file.size)
    }

    private func bring(_ file: KnownFile) async throws {
        for path in damagedPaths(of: file) { try writer.setAside(path, file.blob) }
        if DiskFile.size(writer.paths.blob(file.blob)) != file.size {
            if let free = DiskFile.freeBytes(writer.paths.blobs), free < missingBytes(of: file) {
                writer.removeSetAside(file.blob)
            }
            try await download(file)
        }
        try writer.link(file.name, to: file.blob)
        writer.removeSetAside(file.blob)
    }

    private func isThere(_ file: KnownFile) -> Bool {
        writer.contains(file.name, size: file.size) && !damaged.contains(file.name)
    }

    private func isMended(_ file: KnownFile) throws -> Bool {
        guard writer.contains(file.name, size: file.size) else { return false }
        return try file.blob.matches("\(writer.folder)/\(file.name)") { _ in try Task.checkCancellation() }
    }

    /// Where content lies that is not the file's: as its blob, or, where there are no links, under its name.
    private func damagedPaths(of file: KnownFile) -> [String] {
        let own = "\(writer.folder)/\(file.name)"
        return ([writer.paths.blob(file.blob)] + (DiskFile.isLink(own) ? [] : [own])).filter { path in
            DiskFile.size(path).map { $0 != file.size || damaged.contains(file.name) } ?? false
        }
    }

    /// - Throws: `ModelHubError.noSpace` where the disk has no room for what the files still lack.
    func checkSpace(for files: [KnownFile]) throws(ModelHubError) {
        let blobs = writer.paths.blobs
        let needed = saturatingSum(files.map(missingBytes))
        // What is damaged goes where there is no room to keep it until the new one is there.
        let damaged = files.flatMap { damagedPaths(of: $0) + [writer.paths.setAside($0.blob)] }
        guard let free = DiskFile.freeBytes(blobs),
            needed > saturatingSum([free] + damaged.compactMap(DiskFile.size))
        else { return }
        throw ModelHubError.noSpace(folder: blobs, neededBytes: needed, freeBytes: free)
    }

    private func download(_ file: KnownFile) async throws {
        logger.info("Fetching \(file.name) of \(hub.repository) from \(hub.configuration.hubHost): \(file.size) bytes")
        let download = BlobDownload(
            hub: hub, commit: writer.commit, file: file.name, blob: file.blob, size: file.size,
            path: writer.paths.blob(file.blob), clock: clock, meter: meter, logger: logger)
        do {
            try await download.run()
        } catch ModelHubError.noSpace(let folder, _, let freeBytes) {
            throw ModelHubError.noSpace(folder: folder, neededBytes: missingBytes(of: file), freeBytes: freeBytes)
        }
    }

    private func missingBytes(of file: KnownFile) -> Int {
        let path = writer.paths.blob(file.blob)
        if isThere(file) || DiskFile.size(path) == file.size && !damaged.contains(file.name) { return 0 }
        return file.size - min(file.size, PartialFile.largest(for: path))
    }

    /// Waits until no other process fetches the file, telling meanwhile how far that one is.
    ///
    /// `nil` where the file system knows no locks: then each process fetches for itself into a file of its own.
    private func lock(_ file: KnownFile) async throws -> FileLock? {
        let path = writer.paths.lock(file.blob)
        try writer.makeOwnFolder(URL(filePath: path).deletingLastPathComponent().path)
        var hasWaited = false
        while true {
            switch try FileLock.attempt(path) {
            case .locked(let lock): return lock
            case .unsupported: return nil
            case .heldByOther:
                if !hasWaited { logger.info("Another process is fetching \(file.name): waiting for it") }
                hasWaited = true
                meter.stands(at: min(file.size, PartialFile.largest(for: writer.paths.blob(file.blob))))
                try await clock.sleep(for: .milliseconds(200))
            }
        }
    }
}
