import Foundation

/// The folder of models that all of Hugging Face's tools share:
/// `models--owner--name/{blobs,refs,snapshots/<commit>}`, where a snapshot's files are links to blobs.
public struct HubCache: Sendable {
    /// The folder that holds `models--owner--name`.
    public let folder: String

    public init(folder: String) {
        self.folder = folder
    }

    /// The folder with all files of the model, to be used as it is; `nil` where anything is or may be missing.
    ///
    /// Looks at the disk only, never at the network.
    public func snapshot(of repository: ModelRepository) -> String? {
        let cached = state(of: repository)
        return cached.isComplete ? cached.folder : nil
    }

    /// Files of the model that are there, but cut off or otherwise not what the hub has; a download mends them.
    public func damagedFiles(of repository: ModelRepository) -> [String] { state(of: repository).damaged }

    /// What is there of a model.
    func state(of repository: ModelRepository) -> CachedSnapshot {
        guard let commit = commit(of: repository) else { return CachedSnapshot(folder: nil) }
        let paths = paths(of: repository)
        let snapshot = paths.snapshot(commit)
        guard (try? DiskFile.isDirectory(snapshot)) == true else { return CachedSnapshot(folder: nil) }
        return CachedSnapshot(
            folder: snapshot, absent: paths.namesKnownAbsent(commit), listed: paths.namesListed(commit))
    }

    func paths(of repository: ModelRepository) -> CachePaths {
        CachePaths(cache: folder, model: "models--\(repository.owner)--\(repository.name)")
    }

    private func commit(of repository: ModelRepository) -> String? {
        if repository.isPinned { return repository.revision }
        let reference = paths(of: repository).reference(repository.revision)
        guard let text = DiskFile.smallText(reference, maximumBytes: 200) else { return nil }
        let commit = text.filter { !$0.isWhitespace }
        return ModelRepository.isCommit(commit) ? commit : nil
    }
}

/// Where things are in the cache.
struct CachePaths: Sendable {
    let cache: String
    /// `models--owner--name`.
    let model: String

    var folder: String { "\(cache)/\(model)" }
    var blobs: String { "\(folder)/blobs" }
    func blob(_ blob: BlobID) -> String { "\(blobs)/\(blob.hex)" }
    /// Where a blob's content goes that is not the right one, until that has been fetched.
    func setAside(_ blob: BlobID) -> String { "\(blobs)/\(blob.hex).damaged" }
    func snapshot(_ commit: String) -> String { "\(folder)/snapshots/\(commit)" }
    func reference(_ revision: String) -> String { "\(folder)/refs/\(revision)" }
    func absence(_ commit: String) -> String { "\(folder)/.no_exist/\(commit)" }
    /// Where Python's `huggingface_hub` waits as well.
    func lock(_ blob: BlobID) -> String { "\(cache)/.locks/\(model)/\(blob.hex).lock" }

    /// Files of which it is noted that the commit has none.
    func namesKnownAbsent(_ commit: String) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: absence(commit))) ?? [])
    }

    /// The files of the commit, where Python's `huggingface_hub` has noted them before its download.
    func namesListed(_ commit: String) -> Set<String>? {
        struct Tree: Decodable {
            let format_version: Int
            let files: [String: Entry]
            struct Entry: Decodable {}
        }
        guard let json = DiskFile.smallText("\(folder)/trees/\(commit).json", maximumBytes: 64 << 20),
            let tree = try? JSONDecoder().decode(Tree.self, from: Data(json.utf8)), tree.format_version == 1
        else { return nil }
        return Set(tree.files.keys)
    }
}

extension HubCache {
    /// Where a download would write: the cache's folder, or what there is above it.
    public var existingFolder: String {
        var folder = URL(filePath: folder)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }

    /// Bytes that may be written there; `nil` where the system does not tell.
    public var freeBytes: Int? { DiskFile.freeBytes(existingFolder) }
}
