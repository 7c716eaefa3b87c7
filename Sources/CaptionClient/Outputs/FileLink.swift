import Foundation

/// A symbolic link in the place of a file: it stays, and what it leads to is written.
enum FileLink {
    static func isOne(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The file that is written under a path: itself, or the one that all links lead to.
    /// - Throws: `ClientError.linkToNothing`, `.unwritable`.
    static func target(of path: String) throws(ClientError) -> String {
        guard isOne(path) else { return path }
        guard let target = ImageFile(path: path).resolved else {
            let code = errno
            throw code == ENOENT || code == ENOTDIR
                ? .linkToNothing(path) : .unwritable(file: path, reason: SystemReason.text(errno: code))
        }
        return target
    }
}
