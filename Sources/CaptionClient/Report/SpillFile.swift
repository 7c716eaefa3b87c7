import Foundation

/// Bytes that are too many for memory, in a file without a name, which goes with its last user.
final class SpillFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// - Parameter path: a file on the same disk; this one is made beside it.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    init(beside path: String) throws(ClientError) {
        self.path = path
        let own = FileName(path).folder + "/.vision-client-\(UUID())"
        descriptor = open(own, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path, POSIXError(.init(rawValue: errno) ?? .EIO)) }
        unlink(own)
    }

    deinit { close(descriptor) }

    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func write(_ bytes: Data, at offset: Int) throws(ClientError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw .cannotWrite(path, POSIXError(.init(rawValue: errno) ?? .EIO))
        }
        do { try SystemWrite.whole(bytes, to: descriptor) } catch { throw .cannotWrite(path, error) }
    }

    /// `nil` where there is less.
    func read(at offset: Int, count: Int) -> Data? {
        SystemRead.bytes(descriptor, count, at: offset)
    }
}
