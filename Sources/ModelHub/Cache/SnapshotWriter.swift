import Foundation

/// Adds files to the snapshot of one commit. A name appears there only when the file's content is whole and verified.
struct SnapshotWriter: Sendable {
    let paths: CachePaths
    let commit: String

    var folder: String { paths.snapshot(commit) }

    /// - Throws: `ModelHubError` where the folders cannot be made, or are links to somewhere else.
    init(paths: CachePaths, commit: String) throws(ModelHubError) {
        self.paths = paths
        self.commit = commit
        try DiskFile.makeFolder(paths.cache)
        for folder in [paths.blobs, paths.snapshot(commit)] { try makeOwnFolder(folder) }
    }

    /// Whether the snapshot has the file already, with that many bytes.
    func contains(_ name: String, size: Int) -> Bool {
        DiskFile.size("\(folder)/\(name)") == size
    }

    /// Lets `name` lead to the blob.
    func link(_ name: String, to blob: BlobID) throws(ModelHubError) {
        let path = "\(folder)/\(name)"
        let temporary = "\(path).\(DiskFile.randomHex()).tmp"
        if symlink("../../blobs/\(blob.hex)", temporary) != 0 {
            guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(errno) else { throw DiskFile.error(errno, temporary) }
            // A file system without links, such as a memory stick's: the file itself goes where the link would be.
            guard rename(paths.blob(blob), path) == 0 else { throw DiskFile.error(errno, path) }
            return
        }
        guard rename(temporary, path) == 0 else {
            let failure = DiskFile.error(errno, path)
            unlink(temporary)
            throw failure
        }
    }

    /// Moves content away that is not the blob's: who has the file open goes on with it.
    func setAside(_ path: String, _ blob: BlobID) throws(ModelHubError) {
        guard rename(path, paths.setAside(blob)) == 0 else { throw DiskFile.error(errno, path) }
    }

    /// Removes what was set aside; it is no use any more.
    func removeSetAside(_ blob: BlobID) {
        unlink(paths.setAside(blob))
    }

    /// Notes that the commit has no such files, so that nobody has to ask the hub again; Python's tools read it too.
    func noteAbsent(_ names: [String]) throws(ModelHubError) {
        if names.isEmpty { return }
        let folder = paths.absence(commit)
        try makeOwnFolder(folder)
        for name in names where !DiskFile.exists("\(folder)/\(name)") {
            try DiskFile.save("", to: "\(folder)/\(name)")
        }
    }

    /// Makes the revision mean this commit: the last step, since others take what it means for whole.
    func finish(revision: String) throws(ModelHubError) {
        if revision == commit { return }
        let path = paths.reference(revision)
        try makeOwnFolder(URL(filePath: path).deletingLastPathComponent().path)
        if DiskFile.smallText(path, maximumBytes: 200) == commit { return }
        try DiskFile.save(commit, to: path)
    }

    /// Makes the folder, one level after the other; none may be a link, which could lead out of the cache.
    func makeOwnFolder(_ path: String) throws(ModelHubError) {
        var folder = paths.cache
        for component in path.dropFirst(folder.count).split(separator: "/") {
            folder += "/\(component)"
            guard !DiskFile.isLink(folder) else {
                throw ModelHubError.notWritable(path: folder, reason: "it is a link to another place")
            }
            try DiskFile.makeFolder(folder)
        }
    }
}
