import Foundation
import Synchronization

/// One image's line in a file of JSON lines.
package struct CaptionLine: Codable, Sendable, Equatable {
    package let file: String
    package let prompt: String
    package let result: AnyJSON
    /// The model's own text, where it was cleaned.
    package var raw: AnyJSON?
    private var input_tokens: AnyJSON?
    private var output_tokens: AnyJSON?
    private var finish_reason: AnyJSON?
    private var score: AnyJSON?
    private var seconds: AnyJSON?

    /// Adds how the answer came about, as far as the server says it.
    mutating func setDetail(_ detail: [String: AnyJSON]?) {
        guard let detail else { return }
        (input_tokens, output_tokens) = (detail["input_tokens"], detail["output_tokens"])
        (finish_reason, score, seconds) = (detail["finish_reason"], detail["score"], detail["seconds"])
    }

    package init(file: String, prompt: String, result: AnyJSON) {
        self.file = file
        self.prompt = prompt
        self.result = result
    }
}

/// A file that gets one JSON object an image and line, and that can be gone on with after an interruption.
package final class JSONLinesFile: Sendable {
    private let path: String
    private let gate: AtomicFileWriter
    private let handle: FileHandle
    private let state: Mutex<State>

    private struct Key: Hashable {
        let file: FileName
        let prompt: String
    }

    /// What of a line makes its key.
    private struct KeyFields: Decodable {
        let file: String
        let prompt: String
    }

    private struct State {
        /// The images that have a line, and where that is, by their prompts: a prompt is in memory once.
        var files: [String: [FileName: Range<Int>]]
        /// Whether a line that was there has a successor.
        var isSuperseded = false
    }

    /// Opens or makes the file; a last line that an interruption cut off is removed.
    /// - Throws: `ClientError.unwritable`, `.listUnread`, `.fileInUse`, `.notJSONLines`.
    package init(path: String, gate: AtomicFileWriter) throws(ClientError) {
        self.path = path
        self.gate = gate
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .unwritable(file: path, reason: SystemReason.text(errno: errno)) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .fileInUse(path) }
        let content = try Self.content(descriptor, path)
        state = Mutex(State(files: try Self.files(content, path)))
        try mend(content)
    }

    /// Whether there is a line of the image and the prompt.
    package func contains(file: String, prompt: String) -> Bool {
        state.withLock { $0.files[prompt]?[FileName(file)] != nil }
    }

    /// What an image's line says, places as JSON; `nil` where there is none.
    package func result(file: String, prompt: String) -> String? {
        let range = state.withLock { $0.files[prompt]?[FileName(file)] }
        let bytes = range.flatMap { SystemRead.bytes(handle.fileDescriptor, $0.count, at: $0.lowerBound) }
        let line = bytes.flatMap { try? JSONDecoder().decode(CaptionLine.self, from: $0) }
        return line.flatMap { try? CaptionText($0.result).text }
    }

    /// Adds a line; a line of the same image and prompt is dropped by `finish`.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    package func append(_ line: CaptionLine) throws(ClientError) {
        let result: Result<Void, ClientError> = state.withLock { state in
            do {
                let range = try write(Data((AnyJSON.line(line) + "\n").utf8))
                let old = state.files[line.prompt, default: [:]].updateValue(range, forKey: FileName(line.file))
                if old != nil { state.isSuperseded = true }
            } catch {
                return .failure(.cannotWrite(path, error))
            }
            return .success(())
        }
        try result.get()
    }

    /// Leaves of each image and prompt only the last line.
    /// - Throws: `ClientError.unwritable`, `.diskFull`, `.listUnread`, `.listReplaced`; the file is then as it was.
    package func finish() throws(ClientError) {
        guard state.withLock({ $0.isSuperseded }), FileIdentity.isRegular(handle.fileDescriptor) else { return }
        guard !FileIdentity.isAnother(path, than: handle.fileDescriptor) else { throw .listReplaced(path) }
        // The file that is open has all lines, whatever stands under its name.
        let lines = Self.lines(try Self.content(handle.fileDescriptor, path))
        var seen: Set<Key> = []
        let kept = lines.reversed().filter { line in Self.key(line).map { seen.insert($0).inserted } ?? true }
        try gate.replace(path, with: Data(kept.reversed().flatMap { $0 + [UInt8(ascii: "\n")] }))
    }

    /// One call of the system a line: a process that is killed leaves whole lines as a rule. What a full disk has cut off
    /// is taken away again, so that no other line comes behind it.
    /// - Returns: where the bytes are.
    @discardableResult
    private func write(_ data: Data) throws -> Range<Int> {
        let end = try handle.seekToEnd()
        do {
            try SystemWrite.whole(data, to: handle.fileDescriptor)
        } catch {
            try? handle.truncate(atOffset: end)
            throw error
        }
        return Int(end)..<Int(end) + data.count
    }

    private func mend(_ content: Data) throws(ClientError) {
        guard let last = content.last, last != UInt8(ascii: "\n") else { return }
        do {
            let half = Self.lines(content).last ?? content
            if Self.key(half) != nil {
                try write(Data("\n".utf8))
            } else {
                try handle.truncate(atOffset: UInt64(content.count - half.count))
            }
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    private static func content(_ descriptor: Int32, _ path: String) throws(ClientError) -> Data {
        do {
            return try SystemRead.whole(descriptor)
        } catch {
            throw .listUnread(file: path, reason: SystemReason.text(error))
        }
    }

    private static func files(_ content: Data, _ path: String) throws(ClientError) -> [String: [FileName: Range<Int>]] {
        var files: [String: [FileName: Range<Int>]] = [:]
        let lines = lines(content)
        for (index, line) in lines.enumerated() {
            if let key = key(line) {
                files[key.prompt, default: [:]][key.file] = line.startIndex..<line.endIndex
            } else if index < lines.count - 1 || content.last == UInt8(ascii: "\n") || !isOurs(half: line) {
                throw .notJSONLines(file: path, line: index + 1)
            }
        }
        return files
    }

    /// Whether a line without an end can be the beginning of one that this class wrote; nothing else is ever removed.
    private static func isOurs(half: Data) -> Bool { HalfLine.isOne(half, beginning: #"{"file":""#) }

    private static func key(_ line: Data) -> Key? {
        let fields = try? JSONDecoder().decode(KeyFields.self, from: line)
        return fields.map { Key(file: FileName($0.file), prompt: $0.prompt) }
    }

    /// Parts of the content, not copies.
    private static func lines(_ content: Data) -> [Data] {
        content.split(separator: UInt8(ascii: "\n"))
    }
}
