import Foundation

/// A file that grows record by record and is never half-written for long: what an interruption has cut off goes when it is
/// opened again. One program at a time writes to it.
final class GrowingFile: Sendable {
    let path: String
    private let handle: FileHandle

    /// Opens or makes the file.
    /// - Throws: `ClientError.unwritable`, `.fileInUse`.
    init(path: String) throws(ClientError) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: SystemReason.text(errno: errno)) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .fileInUse(path) }
    }

    /// All of its bytes.
    /// - Throws: `ClientError.listUnread`.
    func content() throws(ClientError) -> Data {
        do {
            return try SystemRead.whole(handle.fileDescriptor)
        } catch {
            throw .listUnread(file: path, reason: SystemReason.text(error))
        }
    }

    /// Some of its bytes; `nil` when they are not all there.
    func bytes(_ range: Range<Int>) -> Data? {
        SystemRead.bytes(handle.fileDescriptor, range.count, at: range.lowerBound)
    }

    /// Puts bytes at a place, behind which nothing stays; what a full disk cuts off is taken away again.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func write(_ bytes: Data, at offset: Int, before: Data = Data()) throws(ClientError) {
        do {
            try handle.seek(toOffset: UInt64(offset))
            try SystemWrite.whole(bytes, to: handle.fileDescriptor)
            try handle.truncate(atOffset: UInt64(offset + bytes.count))
        } catch {
            try? handle.truncate(atOffset: UInt64(offset))
            try? handle.seek(toOffset: UInt64(offset))
            try? SystemWrite.whole(before, to: handle.fileDescriptor)
            throw .cannotWrite(path, error)
        }
    }

    /// Makes sure that what was written outlives a power cut.
    func synchronize() { fsync(handle.fileDescriptor) }

    /// Whether another file has taken its place meanwhile.
    var isReplaced: Bool { FileIdentity.isAnother(path, than: handle.fileDescriptor) }
}
