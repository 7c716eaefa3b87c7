import Foundation

/// An image inside a tar shard. It becomes a file only while it is asked about.
package struct ShardMember: Sendable, Hashable {
    private let archive: String
    private let offset: Int
    private let count: Int
    /// The image's name in the shard, without what would lead out of a folder.
    let name: String

    private static let pieceSize = 1 << 20

    /// The images in a shard; those before the place where it is damaged, if it is.
    /// - Throws: `ClientError.unreadable`.
    static func images(of archive: String) throws(ClientError) -> (images: [ShardMember], isWhole: Bool) {
        let descriptor = open(archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .unreadable("The shard cannot be read: \(SystemReason.text(errno: errno)).")
        }
        defer { close(descriptor) }
        let tar = TarEntries(descriptor)
        let images = tar.entries.filter { FileKinds.isImage(FileName($0.name)) }.map { entry in
            ShardMember(
                archive: archive, offset: entry.offset, count: entry.count,
                name: FileName(entry.name).withoutSteps)
        }
        return (images.filter { !$0.name.isEmpty }, tar.isWhole)
    }

    /// Writes the image into a file of its own.
    /// - Throws: `ClientError.unreadable`, `.unwritable`, `.diskFull`.
    func extract(to path: String) throws(ClientError) {
        let source = open(archive, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw .unreadable("\(archive) cannot be read any more.") }
        defer { close(source) }
        let target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw .cannotWrite(path, POSIXError(.init(rawValue: errno) ?? .EIO)) }
        defer { close(target) }
        var done = 0
        while done < count {
            let size = min(count - done, Self.pieceSize)
            guard let piece = SystemRead.bytes(source, size, at: offset + done) else {
                throw .unreadable("\(archive) has become shorter.")
            }
            do { try SystemWrite.whole(piece, to: target) } catch { throw .cannotWrite(path, error) }
            done += size
        }
    }
}

/// Where images of shards are while they are asked about; it goes with its last user.
package final class ShardSpool: Sendable {
    private let folder: String

    package init() {
        folder = NSTemporaryDirectory().trimmingSuffix("/") + "/vision-client-\(UUID())"
    }

    deinit { remove() }

    /// Takes the folder away, where nothing is in it any more.
    func remove() { rmdir(folder) }

    /// The file of an image, which is not there yet.
    func path(_ number: Int, _ name: String) -> String {
        mkdir(folder, 0o700)
        return "\(folder)/\(number)." + (FileName(name).ending ?? "jpg")
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
