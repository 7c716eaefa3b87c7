import Foundation

/// When a file was last changed. exiftool keeps the second; this keeps what is below it, too.
struct ChangeTime {
    private let modified: timespec

    /// - Returns: `nil` where there is no such file.
    init?(of path: String) {
        guard let times = Self.times(of: path) else { return nil }
        modified = times.modified
    }

    /// Lets the file have this time to the nanosecond, if it still has it to the second.
    func restore(_ path: String) {
        guard let now = Self.times(of: path), now.modified.tv_sec == modified.tv_sec else { return }
        utimensat(AT_FDCWD, path, [now.accessed, modified], 0)
    }

    private static func times(of path: String) -> (accessed: timespec, modified: timespec)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            return (status.st_atimespec, status.st_mtimespec)
        #else
            return (status.st_atim, status.st_mtim)
        #endif
    }
}
