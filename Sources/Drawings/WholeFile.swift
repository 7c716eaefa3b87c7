package import Foundation

/// A file that is read or written as a whole, by its path as the system takes it: a `URL` would make another of `~`.
package enum WholeFile {
    /// - Throws: What the system says.
    package static func read(_ file: String) throws(POSIXError) -> Data {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Puts a file's new content in its place in one step. A link stays one; what it leads to is replaced.
    ///
    /// - Throws: What the system says.
    package static func write(_ bytes: Data, to file: String) throws(POSIXError) {
        let real = realpath(file, nil)
        defer { free(real) }
        let target = real.flatMap { String(validatingCString: $0) } ?? file
        let temporary = folder(of: target) + ".drawing-\(UUID())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        do throws(POSIXError) {
            try write(bytes, to: descriptor)
            // Without this a power cut could leave an empty file under the final name.
            guard fsync(descriptor) == 0, rename(temporary, target) == 0 else { throw failure(errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private static func write(_ bytes: Data, to descriptor: Int32) throws(POSIXError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(count < 0 ? errno : EIO) }
            rest = rest.dropFirst(count)
        }
    }

    /// With the slash at its end; empty for the current folder.
    private static func folder(of file: String) -> String {
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(file[..<file.utf8.index(after: slash)])
    }

    private static func failure(_ code: Int32) -> POSIXError { POSIXError(.init(rawValue: code) ?? .EIO) }
}
