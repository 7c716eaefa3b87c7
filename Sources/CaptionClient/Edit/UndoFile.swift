import Foundation
import Synchronization

/// What an edit has changed, as JSON lines: each file's bytes before and after.
package final class UndoFile: Sendable {
    /// One changed file.
    struct Change: Codable, Sendable, Equatable {
        /// The path below the folder.
        let file: String
        let old: Data
        let new: Data
    }

    private let file: GrowingFile
    private let end = Mutex(0)

    /// Makes the file.
    /// - Throws: `ClientError.unwritable`, `.undoExists`.
    package init(making path: String) throws(ClientError) {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw .undoExists(path) }
        file = try GrowingFile(path: path)
    }

    package var path: String { file.path }

    /// Takes note of a change before it is made.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func append(_ change: Change) throws(ClientError) {
        // Strings and bytes can always be written.
        let line = Data((((try? AnyJSON.line(change)) ?? "") + "\n").utf8)
        let start = end.withLock { end in
            defer { end += line.count }
            return end
        }
        try file.write(line, at: start)
        file.synchronize()
    }

    /// The changes of a file, the last one first; a half line at the end is of a change that was not made.
    /// - Throws: `ClientError.noUndo`, `.notUndo`.
    static func changes(_ path: String) throws(ClientError) -> [Change] {
        guard let content = FileManager.default.contents(atPath: path) else { throw .noUndo(path) }
        var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let half = Data(lines.removeLast())
        let start = Data(#"{"file":""#.utf8)
        guard half.starts(with: start) || start.starts(with: half) else { throw .notUndo(path) }
        var changes: [Change] = []
        for line in lines {
            guard let change = try? JSONDecoder().decode(Change.self, from: line) else { throw .notUndo(path) }
            changes.append(change)
        }
        return changes.reversed()
    }
}
