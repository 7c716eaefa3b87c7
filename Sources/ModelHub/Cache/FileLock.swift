import Foundation

/// A lock on a file, held until the value goes or the process ends, however it ends.
final class FileLock {
    enum Attempt {
        case locked(FileLock)
        case heldByOther
        /// The file system knows no locks.
        case unsupported
    }

    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Tries to lock the file at `path`, which is made where there is none.
    static func attempt(_ path: String) throws(ModelHubError) -> Attempt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o664)
        guard descriptor >= 0 else { throw DiskFile.error(errno, path) }
        let lock = FileLock(descriptor: descriptor)
        switch lockWhole(descriptor) {
        // Python removes the file of a lock that it gives back: a lock on a removed one keeps nobody out.
        case 0: return isAt(path, descriptor) ? .locked(lock) : .heldByOther
        case EWOULDBLOCK, EINTR: return .heldByOther
        case ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP: return .unsupported
        case let number: throw DiskFile.error(number, path)
        }
    }

    /// Locks an open file for this descriptor alone; 0 or the error number.
    static func lockWhole(_ descriptor: Int32) -> Int32 {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
    }

    /// Whether the open file is the one that the path leads to now.
    static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var open = stat()
        var there = stat()
        return fstat(descriptor, &open) == 0 && lstat(path, &there) == 0
            && open.st_ino == there.st_ino && open.st_dev == there.st_dev
    }
}
