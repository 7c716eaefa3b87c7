import Foundation

/// What is in one folder; Foundation would leave out names that are not UTF-8.
struct FolderListing {
    struct Entry {
        /// With U+FFFD where bytes are not UTF-8.
        let name: String
        let isUTF8: Bool
        let kind: Kind
    }

    enum Kind {
        case folder
        /// A link to a folder.
        case linkedFolder
        /// A file, or a link that leads to one or nowhere: what leads nowhere is reported when it is read. With the time,
        /// since 1970, when it was last changed.
        case file(changed: Duration)
        /// A device, or what has gone meanwhile.
        case other
        /// What cannot be looked at, with the reason.
        case unknown(String)
    }

    private(set) var entries: [Entry] = []
    /// Why the folder could not be read to its end.
    private(set) var failure: String?

    init(path: String) {
        guard let directory = opendir(path) else {
            failure = SystemReason.text(errno: errno)
            return
        }
        defer { closedir(directory) }
        errno = 0
        while let entry = readdir(directory) {
            withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { add($0, dirfd(directory)) }
            }
            errno = 0
        }
        if errno != 0 { failure = SystemReason.text(errno: errno) }
    }

    private mutating func add(_ bytes: UnsafePointer<CChar>, _ folder: Int32) {
        let name = String(cString: bytes)
        guard name != ".", name != ".." else { return }
        let isUTF8 = String(validatingCString: bytes) != nil
        entries.append(Entry(name: name, isUTF8: isUTF8, kind: Self.kind(bytes, folder)))
    }

    private static func kind(_ name: UnsafePointer<CChar>, _ folder: Int32) -> Kind {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            return errno == ENOENT ? .other : .unknown(SystemReason.text(errno: errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFREG: return .file(changed: ImageFile.lastChange(status))
        case S_IFLNK:
            guard fstatat(folder, name, &status, 0) == 0 else { return .file(changed: ImageFile.lastChange(status)) }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file(changed: ImageFile.lastChange(status))
            case S_IFDIR: return .linkedFolder
            default: return .other
            }
        default: return .other
        }
    }
}
