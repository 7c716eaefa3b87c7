import Foundation

/// The few questions and commands to the file system that the cache needs, each with an error that names the path.
enum DiskFile {
    /// Whether the path, links followed, leads to a file with content.
    static func isFile(_ path: String) -> Bool { (size(path) ?? 0) > 0 }

    /// Whether anything is there, be it a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether the path itself is a link.
    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Bytes of the file to which the path leads, links followed; `nil` where there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Whether the path, links followed, leads to a folder; throws where it leads to something else.
    static func isDirectory(_ path: String) throws(ModelHubError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ModelHubError.disk(path: path, reason: "it is not a folder")
        }
        return true
    }

    /// The text of a file that is not larger than it can reasonably be; `nil` otherwise.
    static func smallText(_ path: String, maximumBytes: Int) -> String? {
        guard let size = size(path), size <= maximumBytes, let data = FileManager.default.contents(atPath: path) else {
            return nil
        }
        return String(data: data, encoding: .utf8)
    }

    /// Makes the folder and those above it.
    static func makeFolder(_ path: String) throws(ModelHubError) {
        if try isDirectory(path) { return }
        let parent = URL(filePath: path).deletingLastPathComponent().path
        if parent != path { try makeFolder(parent) }
        if mkdir(path, 0o777) != 0 && errno != EEXIST { throw error(errno, path) }
    }

    /// Puts a file of that text where no reader ever sees half of it.
    static func save(_ text: String, to path: String) throws(ModelHubError) {
        let temporary = "\(path).\(randomHex()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw error(errno, temporary) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count,
            rename(temporary, path) == 0
        else {
            let failure = error(errno, path)
            unlink(temporary)
            throw failure
        }
    }

    /// Bytes that may be written to the file system of a folder.
    static func freeBytes(_ folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let (bytes, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    /// Eight digits that no other process will choose at the same time.
    static func randomHex() -> String {
        let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// What an error number of the system means for the cache.
    static func error(_ number: Int32, _ path: String) -> ModelHubError {
        let reason = String(cString: strerror(number))
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return switch number {
        case ENOSPC, EDQUOT: .noSpace(folder: folder, neededBytes: 1, freeBytes: freeBytes(folder) ?? 0)
        case EROFS, EACCES, EPERM: .notWritable(path: path, reason: reason)
        default: .disk(path: path, reason: reason)
        }
    }
}
