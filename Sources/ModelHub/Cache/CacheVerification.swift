import Foundation
public import Serving

/// What hashing a cached model's files has shown.
public struct CacheVerification: Sendable, Equatable {
    /// Files whose bytes are those that the hub has promised.
    public var sound: [String] = []
    /// Files that the model needs and whose bytes are others: `download` fetches them again.
    public var damaged: [String] = []
    /// Files with other bytes that the model does not need; nobody fetches them.
    public var damagedAndUnused: [String] = []
    /// Files of which nothing tells what their bytes must be, as on file systems without links.
    public var unknown: [String] = []
}

extension ModelDownloader {
    /// Reads and hashes all that the cache has of the revision, without the network. Nothing where it has nothing.
    ///
    /// - Parameter progress: Called a few times a second.
    /// - Throws: `ModelHubError.disk`, `CancellationError`.
    public func verify(
        _ repository: ModelRepository, progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) throws -> CacheVerification {
        let cached = cache.state(of: repository)
        var result = CacheVerification()
        guard let folder = cached.folder else { return result }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let files = names.map { SnapshotFile($0, in: folder) }.filter { DiskFile.size($0.path) != nil }
        let meter = ProgressMeter(clock: clock, report: progress)
        meter.total = saturatingSum(files.compactMap { DiskFile.size($0.path) })
        let used = Set(cached.used)
        for file in files {
            guard let blob = file.blob else {
                result.unknown.append(file.name)
                continue
            }
            let isSound = try blob.matches(file.path) { count in
                meter.received(count)
                try Task.checkCancellation()
            }
            if isSound {
                result.sound.append(file.name)
            } else if used.contains(file.name) {
                result.damaged.append(file.name)
            } else {
                result.damagedAndUnused.append(file.name)
            }
        }
        meter.tellNow()
        return result
    }
}
