package import Foundation
import Synchronization

/// Through it goes every file that the client writes, so that no end of the process leaves a half-written one.
package final class WriteGate: Sendable {
    private let lock = Mutex(())

    package init() {}

    /// Puts a file's new content in its place in one step: whoever reads the file sees the old or the new content.
    /// - Throws: `ClientError.unwritable`.
    package func replace(_ file: String, with content: Data) throws(ClientError) {
        let error: ClientError? = lock.withLock { _ in
            do throws(ClientError) { try Self.replace(file, content) } catch { return error }
            return nil
        }
        if let error { throw error }
    }

    /// Waits for the file that is being written, then ends the process.
    package func exit(_ status: Int32) -> Never {
        lock.withLock { _ in _exit(status) }
    }

    private static func replace(_ file: String, _ content: Data) throws(ClientError) {
        let folder = URL(filePath: file).deletingLastPathComponent()
        // A short name of its own: a long one with something added could be too long.
        let temporary = folder.appending(path: ".vision-client-\(UUID())").path
        do {
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions(file))
            guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: content)
            // Without this a power cut could leave an empty file under the final name, which is never captioned again.
            try handle.synchronize()
            try handle.close()
            guard rename(temporary, file) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        } catch {
            unlink(temporary)
            throw .unwritable(file: file, reason: SystemReason.text(error))
        }
    }

    /// Those of the file that is replaced; of a new one those that the user's mask leaves.
    private static func permissions(_ file: String) -> mode_t {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_mode & 0o777 : 0o666
    }
}

/// The system's own words for why something failed.
enum SystemReason {
    static func text(_ error: any Error) -> String {
        code(error).map { text(errno: $0) } ?? "the system does not say why"
    }

    /// Foundation's own errors have the system's number inside.
    private static func code(_ error: any Error) -> Int32? {
        if let error = error as? POSIXError { return error.code.rawValue }
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        return (error.userInfo[NSUnderlyingErrorKey] as? NSError).flatMap { code($0) }
    }

    static func text(errno code: Int32) -> String {
        let reason = String(cString: strerror(code))
        return reason.prefix(1).lowercased() + reason.dropFirst()
    }
}
