import Foundation

/// Which file it is, whatever the names are that lead to it.
package struct FileIdentity: Sendable, Hashable {
    private let device: UInt64
    private let number: UInt64
    /// Whether it has hard links, which are parted as soon as one of them is replaced.
    let hasOtherNames: Bool

    package init(device: UInt64, number: UInt64, hasOtherNames: Bool = false) {
        self.device = device
        self.number = number
        self.hasOtherNames = hasOtherNames
    }

    /// The file behind a path, links followed; `nil` when none is found.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    private init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        number = UInt64(truncatingIfNeeded: status.st_ino)
        hasOtherNames = status.st_nlink > 1
    }

    /// Whether what is open is a file on a disk, not a device or a pipe.
    static func isRegular(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether a path leads to another file than the one that is open.
    static func isAnother(_ path: String, than descriptor: Int32) -> Bool {
        guard let file = FileIdentity(path: path), let open = FileIdentity(descriptor: descriptor) else { return false }
        return (file.device, file.number) != (open.device, open.number)
    }
}
