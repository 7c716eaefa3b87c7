import Foundation
import Synchronization

/// The commands to one exiftool that stays for all of them, one after the other. One that has died is started again by
/// the next command.
final class ExifToolSession: Sendable {
    private let program: URL
    private let environment: [String: String]
    private let queue = DispatchQueue(label: "exiftool")
    private let state = Mutex(State())
    /// Where exiftool finds the values that it is to write: its standard input is for commands.
    private let values = FileManager.default.temporaryDirectory.appending(path: ".vision-client-\(UUID()).json").path

    private struct State {
        var staying: ExifToolProcess?
        /// For names that cannot be in a line.
        var single: ExifToolProcess?
        var commands = 0
    }

    init(program: URL, environment: [String: String]) {
        self.program = program
        self.environment = environment
    }

    deinit {
        state.withLock { $0.staying?.close() }
    }

    /// Does one command.
    /// - Parameter values: JSON of what is to be written; nothing in it can be taken for an option.
    /// - Throws: why exiftool cannot be started, or the values not be left for it.
    func run(_ arguments: [String], values: Data? = nil, on files: [String]) async throws -> ExifToolAnswer {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try self.runBlocking(arguments, values, files) })
            }
        }
    }

    /// Ends what is under way, in the way in which exiftool leaves no temporary file; what does not end within two
    /// seconds is killed.
    func interrupt() {
        let processes = state.withLock { [$0.staying, $0.single].compactMap { $0?.process } }
        for process in processes { process.interrupt() }
        let deadline = ContinuousClock.now + .seconds(2)
        while processes.contains(where: \.isRunning), ContinuousClock.now < deadline { usleep(10_000) }
        for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        unlink(values)
    }

    private func runBlocking(_ arguments: [String], _ values: Data?, _ files: [String]) throws -> ExifToolAnswer {
        if let values { try leave(values) }
        defer { if values != nil { unlink(self.values) } }
        let words = arguments + (values == nil ? [] : ["-j=\(self.values)"]) + files
        guard words.allSatisfy(Self.isOneLine) else { return try runOnce(words) }
        // Whoever ends what is under way sees this one as soon as it runs.
        let (process, number) = try state.withLock { state in
            let process = try state.staying ?? ExifToolProcess(staying: program, environment: environment)
            state.staying = process
            state.commands += 1
            return (process, state.commands)
        }
        process.send(words + ["-echo4", ExifToolAnswer.endMark(number), "-execute\(number)"])
        let answer = process.answer(to: number)
        if answer.status == nil {
            process.close()
            state.withLock { $0.staying = nil }
        }
        return answer
    }

    private func runOnce(_ words: [String]) throws -> ExifToolAnswer {
        let process = try state.withLock { state in
            let process = try ExifToolProcess(once: program, words, environment: environment)
            state.single = process
            return process
        }
        defer { state.withLock { $0.single = nil } }
        return process.answer(to: nil)
    }

    private static func isOneLine(_ word: String) -> Bool {
        !word.utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }

    private func leave(_ content: Data) throws {
        unlink(values)
        let descriptor = open(values, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        try SystemWrite.whole(content, to: descriptor)
    }
}
