import Foundation

/// An image's file, as it is on the disk.
package struct ImageFile: Sendable, Hashable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package static func == (left: Self, right: Self) -> Bool {
        FileName(left.path) == FileName(right.path)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(FileName(path))
    }

    /// What tells one state of a file from another.
    package struct Stamp: Sendable, Equatable {
        package let size: Int
        package let modified: Duration

        package init(size: Int, modified: Duration) {
            self.size = size
            self.modified = modified
        }
    }

    /// The regular file's stamp; a link counts as the file that it leads to.
    /// - Throws: `ClientError.unreadable`.
    package func stamp() throws(ClientError) -> Stamp {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unreadable(errno == ENOENT ? "There is no such file." : Self.unreadable(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .unreadable("This is a folder, not a picture. The verb folder captions a whole folder.")
        default: throw .unreadable("This is not a file.")
        }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Stamp(size: Int(status.st_size), modified: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
    }

    /// When the file's content was last changed, or the file came to its place: the time since 1970; `nil` where there is
    /// none.
    var lastChange: Duration? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Self.lastChange(status)
    }

    /// A copy may keep the time of the content; that of the entry tells when it came here.
    static func lastChange(_ status: stat) -> Duration {
        #if canImport(Darwin)
            let times = [status.st_mtimespec, status.st_ctimespec]
        #else
            let times = [status.st_mtim, status.st_ctim]
        #endif
        return times.map { .seconds($0.tv_sec) + .nanoseconds($0.tv_nsec) }.max() ?? .zero
    }

    /// Whether there is surely no such file.
    var isGone: Bool {
        var status = stat()
        return stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
    }

    /// The path of the file that all links lead to; `nil` when there is none.
    var resolved: String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(validatingCString: pointer)
    }

    /// Opens the file for reading.
    /// - Throws: `ClientError.unreadable`.
    func open() throws(ClientError) -> FileHandle {
        // A device or a pipe under an image's name must not hold the client up.
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(Self.unreadable(errno)) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private static func unreadable(_ code: Int32) -> String {
        "The file cannot be read: \(SystemReason.text(errno: code))."
    }
}
