import Foundation

/// One exiftool that runs, with the ends of the pipes to it.
struct ExifToolProcess: Sendable {
    let process: Process
    private let commands: FileHandle?
    private let output: FileHandle
    private let words: FileHandle

    /// Starts an exiftool that takes commands until `close`.
    init(staying program: URL, environment: [String: String]) throws {
        let (commands, feed) = (Pipe(), Pipe())
        // exiftool waits for ever where its input has ended, so that one whose owner was killed would stay. What passes
        // the commands on tells it to end instead.
        let relay = Process()
        relay.executableURL = URL(filePath: "/bin/sh")
        relay.arguments = ["-c", "PATH=$PATH:/usr/bin:/bin; cat; printf '%s\\n' -stay_open False"]
        relay.environment = environment
        relay.standardInput = commands
        relay.standardOutput = feed
        relay.standardError = FileHandle.nullDevice
        try relay.run()
        try self.init(
            program, ["-stay_open", "True", "-@", "-"], environment, input: feed,
            commands: commands.fileHandleForWriting)
    }

    /// Starts an exiftool for one command.
    init(once program: URL, _ arguments: [String], environment: [String: String]) throws {
        try self.init(program, arguments, environment, input: FileHandle.nullDevice, commands: nil)
    }

    private init(
        _ program: URL, _ arguments: [String], _ environment: [String: String], input: Any, commands: FileHandle?
    ) throws {
        let (outlet, errors) = (Pipe(), Pipe())
        process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.standardInput = input
        process.standardOutput = outlet
        process.standardError = errors
        self.commands = commands
        output = outlet.fileHandleForReading
        words = errors.fileHandleForReading
        try process.run()
    }

    /// Sends a command; that nobody takes it is found when its answer is read.
    func send(_ lines: [String]) {
        try? commands?.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Lets exiftool end when it has done what it was sent.
    func close() {
        try? commands?.close()
    }

    /// Reads what exiftool says until it is done with the command of this number, or until its end; without a number,
    /// until its end.
    func answer(to number: Int?) -> ExifToolAnswer {
        var answer = ExifToolAnswer()
        var ends = [output, words].map { pollfd(fd: $0.fileDescriptor, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while ends.contains(where: { $0.fd >= 0 }) {
            if let number, answer.isDone(number) { return answer }
            // Where its output has ended, so has exiftool; what it has started may hold the other end.
            let count = poll(&ends, nfds_t(ends.count), ends[0].fd >= 0 ? -1 : 200)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for index in ends.indices where ends[index].fd >= 0 && ends[index].revents != 0 {
                let size = read(ends[index].fd, &buffer, buffer.count)
                if size < 0, errno == EINTR { continue }
                if size <= 0 {
                    ends[index].fd = -1
                } else if index == 0 {
                    answer.output += buffer[..<size]
                } else {
                    answer.words += buffer[..<size]
                }
            }
        }
        process.waitUntilExit()
        if number == nil, process.terminationReason == .exit { answer.status = process.terminationStatus }
        return answer
    }
}

/// What one command to exiftool came to.
struct ExifToolAnswer: Sendable {
    /// As an exit code; `nil` when exiftool died over the command.
    var status: Int32?
    var output = Data()
    /// What came on standard error.
    var words = Data()

    /// What exiftool is to say on standard error behind all else.
    static func endMark(_ number: Int) -> String { "{done\(number) ${status}}" }

    /// Whether both streams hold their end marks, which are then taken off.
    mutating func isDone(_ number: Int) -> Bool {
        let (ready, done) = (Data("{ready\(number)}\n".utf8), Data("{done\(number) ".utf8))
        guard output.suffix(ready.count) == ready, words.last == UInt8(ascii: "\n"),
            let mark = words.range(of: done, options: .backwards),
            let status = Int32(String(decoding: words[mark.upperBound...].dropLast(2), as: UTF8.self))
        else { return false }
        self.status = status
        output.removeLast(ready.count)
        words.removeSubrange(mark.lowerBound...)
        return true
    }

    /// The error among exiftool's words, or what else it says first, without a dot; `nil` when it says nothing.
    var complaint: String? {
        let lines = String(decoding: words, as: UTF8.self).split(separator: "\n")
        let error = lines.first { $0.hasPrefix("Error: ") }?.dropFirst("Error: ".count)
        guard let line = error ?? lines.first else { return nil }
        let words = line[..<(line.range(of: " - /")?.lowerBound ?? line.endIndex)]
        return String(words.hasSuffix(".") ? words.dropLast() : words)
    }
}
