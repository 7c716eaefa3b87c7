import Foundation

/// One picture that has no caption, and why.
package struct FailureLine: Codable, Sendable, Equatable {
    package let file: String
    package let error: String
}

/// A file that lists the pictures that failed, as JSON lines; each run begins it anew.
package final class FailuresFile: Sendable {
    private let path: String
    private let gate: WriteGate
    private let handle: FileHandle

    /// - Throws: `ClientError.unwritable`.
    package init(path: String, gate: WriteGate) throws(ClientError) {
        self.path = path
        self.gate = gate
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: SystemReason.text(errno: errno)) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Adds a failure while the run goes on, so that the list survives its end.
    func append(_ failure: FailureLine) {
        guard let line = try? JSONValue.line(failure) else { return }
        try? handle.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Leaves those that failed in the end.
    /// - Throws: `ClientError.unwritable`.
    func finish(_ failures: [FailureLine]) throws(ClientError) {
        let lines = failures.compactMap { try? JSONValue.line($0) + "\n" }
        try gate.replace(path, with: Data(lines.joined().utf8))
    }
}
