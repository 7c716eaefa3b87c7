package import Foundation
import Synchronization

/// Replaces files as a whole, so that no end of the process leaves a half-written one. Lists that grow line by line are
/// written to directly, and replaced by this at the end.
package final class AtomicFileWriter: Sendable {
    private let lock = Mutex(())

    /// So many bytes go to the system at once.
    private static let pieceSize = 64 << 10

    package init() {}

    /// Puts a file's new content in its place in one step: whoever reads the file sees the old or the new content. A link
    /// stays one; what it leads to is replaced.
    /// - Throws: `ClientError.unwritable`, `.diskFull`, `.linkToNothing`.
    package func replace(_ file: String, with content: Data) throws(ClientError) {
        try replace(file) { write in try write(content) }
    }

    /// The same with content that is too much to be in memory at once.
    /// - Parameter content: hands over the content, piece by piece.
    func replace(_ file: String, content: (_ write: (Data) throws -> Void) throws -> Void) throws(ClientError) {
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

    private static func replace(
        _ file: String, _ content: (_ write: (Data) throws -> Void) throws -> Void
    ) throws(ClientError) {
        let target = try FileLink.target(of: file)
        guard !isDevice(target) else { throw .unwritable(file: file, reason: "it is no ordinary file") }
        // A short name of its own: a long one with something added could be too long.
        let temporary = FileName(target).folder + "/.vision-client-\(UUID())"
        do {
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions(target))
            guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            defer { close(descriptor) }
            var gathered = Data()
            try content { piece in
                gathered += piece
                guard gathered.count >= pieceSize else { return }
                try SystemWrite.whole(gathered, to: descriptor)
                gathered.removeAll(keepingCapacity: true)
            }
            try SystemWrite.whole(gathered, to: descriptor)
            // Without this a power cut could leave an empty file under the final name.
            guard fsync(descriptor) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            guard rename(temporary, target) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        } catch {
            unlink(temporary)
            throw .cannotWrite(file, error)
        }
    }

    /// Whether a path leads to a device, a pipe or the like, which the new file would take the place of.
    private static func isDevice(_ file: String) -> Bool {
        var status = stat()
        return stat(file, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Those of the file that is replaced; of a new one those that the user's mask leaves.
    private static func permissions(_ file: String) -> mode_t {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_mode & 0o777 : 0o666
    }
}

extension ClientError {
    /// What a failure to write means.
    static func cannotWrite(_ file: String, _ error: any Error) -> ClientError {
        guard let code = SystemReason.code(error) else {
            return .unwritable(file: file, reason: SystemReason.text(error))
        }
        return cannotWrite(file, code)
    }

    /// - Parameter code: `errno`.
    static func cannotWrite(_ file: String, _ code: Int32) -> ClientError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull(file: file) : .unwritable(file: file, reason: SystemReason.text(errno: code))
    }

    /// Whether every other file would meet the same.
    var endsRun: Bool {
        switch self {
        case .diskFull, .folderUnwritable, .undoExists: true
        default: false
        }
    }
}

/// The system's own way to write.
enum SystemWrite {
    /// Writes all of the bytes where the descriptor stands.
    /// - Throws: `POSIXError`.
    static func whole(_ bytes: Data, to descriptor: Int32) throws(POSIXError) {
        let failure: POSIXError? = bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return POSIXError(.init(rawValue: count < 0 ? errno : EIO) ?? .EIO) }
                rest = rest.dropFirst(count)
            }
            return nil
        }
        if let failure { throw failure }
    }
}

/// The system's own words for why something failed.
enum SystemReason {
    static func text(_ error: any Error) -> String {
        code(error).map { text(errno: $0) } ?? "the system does not say why"
    }

    /// Foundation's own errors have the system's number inside.
    static func code(_ error: any Error) -> Int32? {
        if let error = error as? POSIXError { return error.code.rawValue }
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        // On Linux it is no NSError.
        return (error.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap { code($0) }
    }

    static func text(errno code: Int32) -> String {
        let reason = String(cString: strerror(code))
        return reason.prefix(1).lowercased() + reason.dropFirst()
    }
}
