import Foundation

/// A blob that is still arriving: `blobs/{etag}.{8 hex}.incomplete`, locked by the process that writes it.
///
/// When a download fails or its process is killed, the file stays; the next download adopts it.
final class PartialFile {
    private let target: String
    private var path: String
    private var descriptor: Int32
    /// Bytes that are there.
    private(set) var count: Int

    private init(target: String, path: String, descriptor: Int32, count: Int) {
        self.target = target
        self.path = path
        self.descriptor = descriptor
        self.count = count
    }

    deinit {
        close(descriptor)
    }

    /// The largest partial file of the blob at `target` that nobody writes, or a new one. The others that nobody
    /// writes are removed, so that at most one is left over.
    static func adopt(for target: String, maximumBytes: Int) throws(ModelHubError) -> PartialFile {
        let orphans = names(for: target).compactMap { open($0, target: target) }
        var best: PartialFile?
        for orphan in orphans where orphan.count <= maximumBytes && orphan.count > best?.count ?? 0 { best = orphan }
        for orphan in orphans where orphan !== best { unlink(orphan.path) }
        if let best { return best }
        return try make(for: target)
    }

    /// Bytes of the largest partial file, whoever writes it.
    static func largest(for target: String) -> Int {
        names(for: target).compactMap(DiskFile.size).max() ?? 0
    }

    /// Throws away what is there and begins anew, in another file: nobody else may still write into that one.
    func restart() throws(ModelHubError) {
        unlink(path)
        let (path, descriptor) = try Self.create(for: target)
        close(self.descriptor)
        self.path = path
        self.descriptor = descriptor
        count = 0
    }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ModelHubError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = pwrite(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, off_t(count))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw DiskFile.error(written < 0 ? errno : EIO, path) }
            count += written
            rest = rest.dropFirst(written)
        }
    }

    /// Reads up to `buffer.count` bytes from `offset` on; 0 at the end.
    func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ModelHubError) -> Int {
        while true {
            let bytes = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if bytes < 0 && errno == EINTR { continue }
            guard bytes >= 0 else { throw DiskFile.error(errno, path) }
            return bytes
        }
    }

    /// Gives the file, which is whole and verified, its name. It is on the disk before, so that a power cut cannot
    /// leave the name with other bytes.
    func finish() throws(ModelHubError) {
        guard fsync(descriptor) == 0 else { throw DiskFile.error(errno, path) }
        guard FileLock.isAt(path, descriptor) else {
            throw ModelHubError.disk(path: path, reason: "another process has taken it away")
        }
        guard rename(path, target) == 0 else { throw DiskFile.error(errno, path) }
    }

    /// Removes the file.
    func discard() {
        unlink(path)
    }

    private static func make(for target: String) throws(ModelHubError) -> PartialFile {
        let (path, descriptor) = try create(for: target)
        return PartialFile(target: target, path: path, descriptor: descriptor, count: 0)
    }

    private static func create(for target: String) throws(ModelHubError) -> (String, Int32) {
        let path = "\(target).\(DiskFile.randomHex()).incomplete"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = Foundation.open(path, flags, 0o666)
        guard descriptor >= 0 else { throw DiskFile.error(errno, path) }
        _ = FileLock.lockWhole(descriptor)
        return (path, descriptor)
    }

    /// `nil` where somebody writes it, or it is no ordinary file.
    private static func open(_ path: String, target: String) -> PartialFile? {
        let descriptor = Foundation.open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        guard FileLock.lockWhole(descriptor) != EWOULDBLOCK, FileLock.isAt(path, descriptor),
            let size = DiskFile.size(path)
        else {
            close(descriptor)
            return nil
        }
        return PartialFile(target: target, path: path, descriptor: descriptor, count: size)
    }

    private static func names(for target: String) -> [String] {
        let url = URL(filePath: target)
        let folder = url.deletingLastPathComponent().path
        let blob = url.lastPathComponent
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            guard name.hasPrefix(blob + "."), name.hasSuffix(".incomplete") else { return false }
            let middle = name.dropFirst(blob.count + 1).dropLast(".incomplete".count)
            return middle.utf8.count == 8 && middle.utf8.allSatisfy(isLowercaseHexDigit)
        }.map { "\(folder)/\($0)" }
    }
}
