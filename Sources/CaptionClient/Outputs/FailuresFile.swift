import Foundation

/// One image that has no caption, and why.
package struct FailureLine: Codable, Sendable, Equatable {
    package let file: String
    package let error: String
}

/// A file that lists the images that failed, as JSON lines; each run begins it anew.
package final class FailuresFile: Sendable {
    private let path: String
    private let gate: AtomicFileWriter
    private let handle: FileHandle

    /// - Throws: `ClientError.unwritable`, `.listUnread`; `.notFailures`, when the file holds something else.
    package init(path: String, gate: AtomicFileWriter) throws(ClientError) {
        self.path = path
        self.gate = gate
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: SystemReason.text(errno: errno)) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard FileIdentity.isRegular(descriptor) else { return }
        do {
            guard Self.isOurs(try SystemRead.whole(descriptor)) else { throw ClientError.notFailures(path) }
        } catch {
            throw error as? ClientError ?? .listUnread(file: path, reason: SystemReason.text(error))
        }
        guard ftruncate(descriptor, 0) == 0 else {
            throw .cannotWrite(path, POSIXError(.init(rawValue: errno) ?? .EIO))
        }
    }

    /// Adds a failure while the run goes on, so that the list survives its end.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func append(_ failure: FailureLine) throws(ClientError) {
        do {
            try SystemWrite.whole(Data((AnyJSON.line(failure) + "\n").utf8), to: handle.fileDescriptor)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// Leaves those that failed in the end.
    /// - Throws: `ClientError.unwritable`, `.diskFull`, `.listReplaced`.
    func finish(_ failures: [FailureLine]) throws(ClientError) {
        guard FileIdentity.isRegular(handle.fileDescriptor) else { return }
        guard !FileIdentity.isAnother(path, than: handle.fileDescriptor) else { throw .listReplaced(path) }
        let lines = failures.compactMap { try? AnyJSON.line($0) + "\n" }
        try gate.replace(path, with: Data(lines.joined().utf8))
    }

    /// Whether all lines are failures, but for a last one that was cut off.
    private static func isOurs(_ content: Data) -> Bool {
        var lines = content.split(separator: UInt8(ascii: "\n")).map { Data($0) }
        let isCut = content.last != UInt8(ascii: "\n")
        if isCut, let last = lines.last, HalfLine.isOne(last, beginning: #"{"error":""#) { lines.removeLast() }
        return lines.allSatisfy { line in
            let fields = try? JSONDecoder().decode([String: String].self, from: line)
            return fields.map { Set($0.keys) == ["file", "error"] } ?? false
        }
    }
}
