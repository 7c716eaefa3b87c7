import Foundation
import Synchronization

/// The fake hub of `Tests/FakeHub`: one process for all tests, which ends with them.
final class FakeHub: Sendable {
    /// What the hub was asked.
    struct Request: Decodable {
        /// `hub`, `cdn` or `proxy`.
        let host: String
        let method: String
        let path: String
        let headers: [String: String]
        let sent: Int?
        let holding: Bool?
    }

    struct Failure: Error {
        let reason: String
    }

    let address: String
    /// A second origin.
    let otherAddress: String
    /// The process lives until this end of its standard input goes.
    private let input: Pipe

    private static let started = Mutex<FakeHub?>(nil)

    static func shared() throws -> FakeHub {
        try started.withLock { hub in
            if let hub { return hub }
            let new = try FakeHub()
            hub = new
            return new
        }
    }

    private init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "FakeHub/fake_hub.py")
        let output = Pipe()
        input = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path, "--end-with-stdin"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard !byte.isEmpty else { throw Failure(reason: "the fake hub did not start") }
            line += byte
        }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[0] == "READY" else { throw Failure(reason: "no start line") }
        address = String(words[1])
        otherAddress = String(words[2])
    }
}
