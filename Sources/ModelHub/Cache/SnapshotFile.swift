import Foundation
import Tensors

/// A file of a snapshot: a link to a blob, or, on file systems without links, the content itself.
struct SnapshotFile {
    let name: String
    let path: String

    init(_ name: String, in folder: String) {
        self.name = name
        path = "\(folder)/\(name)"
    }

    /// What its bytes must be, by the name of the blob that it leads to; `nil` where it leads to none.
    var blob: BlobID? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path))
            .flatMap { BlobID(URL(filePath: $0).lastPathComponent) }
    }

    /// Whether the content is another than the hub has promised, as far as a look at headers and ends can tell.
    ///
    /// Only what looks damaged is hashed: it may have been published like that, and then fetching it again is no help.
    var isDamaged: Bool {
        guard looksDamaged else { return false }
        guard let blob else { return true }
        // Where the system fails, nothing is known.
        return (try? blob.matches(path)) == false
    }

    private var looksDamaged: Bool {
        guard access(path, R_OK) == 0 else { return false }
        if name.hasSuffix(".safetensors") { return hasWrongHeader }
        guard name.hasSuffix(".json"), let size = DiskFile.size(path), size <= 64 << 20,
            let content = FileManager.default.contents(atPath: path)
        else { return false }
        return !content.withUnsafeBytes(WholeJSON.isWhole)
    }

    /// Whether the weights could be read, and are none: a file that cannot be opened or mapped now may be whole.
    private var hasWrongHeader: Bool {
        do {
            _ = try SafetensorsFile(path: path)
            return false
        } catch TensorError.invalidFile {
            return true
        } catch {
            return false
        }
    }
}

extension BlobID {
    /// Whether the file at `path` has the bytes that this stands for, of which all are read.
    ///
    /// - Parameter hasRead: Is told of each megabyte, and ends it by throwing.
    func matches(_ path: String, hasRead: (Int) throws -> Void = { _ in }) throws -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DiskFile.error(errno, path) }
        defer { close(descriptor) }
        guard let size = DiskFile.size(path) else { throw DiskFile.error(EINVAL, path) }
        let hasher = BlobHasher(algorithm, size: size)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw DiskFile.error(errno, path) }
            if count == 0 { return hasher.matches(self) }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            try hasRead(count)
        }
    }
}
