import Eventually
import Foundation
import Testing

/// A process of `Tests/FakeHub/relay.py` that stands between a download and the fake hub; it ends with its last owner.
final class Relay {
    /// What it was asked.
    struct Request: Decodable {
        /// An HTTP method, or `SOCKS`.
        let method: String
        let address: String
        let headers: [String: String]

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            method = try list.decode(String.self)
            address = try list.decode(String.self)
            headers = try list.decode([String: String].self)
        }
    }

    enum Kind: String { case http, socks5, tls }

    /// Host and port.
    let address: String
    private let process = Process()
    private let input = Pipe()
    private let output: URL

    /// - Parameters:
    ///   - target: Host and port that everything goes to.
    ///   - login: `name:password` that it wants.
    ///   - certificate: A file with certificate and key.
    init(_ kind: Kind, to target: String, login: String? = nil, certificate: URL? = nil) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "FakeHub/relay.py")
        output = FileManager.default.temporaryDirectory.appending(path: "relay-\(UUID())")
        try Data().write(to: output)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["python3", script.path, kind.rawValue, target] + (login.map { ["--login", $0] } ?? [])
            + (certificate.map { ["--certificate", $0.path] } ?? [])
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        var line: Substring?
        let output = output
        try await eventually("the relay is ready") {
            line = try String(contentsOf: output, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .dropLast().first
            return line != nil
        }
        address = String(try #require(line).dropFirst("READY ".count))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: output)
    }

    /// Everything that it was asked so far.
    func log() throws -> [Request] {
        try String(contentsOf: output, encoding: .utf8).split(separator: "\n").dropFirst().map {
            try JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
    }
}

/// A certificate that nobody knows, for `localhost`; made by openssl, once.
enum SelfMadeCertificate {
    /// Certificate and key in one file.
    static let file: URL = {
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appending(path: "hub-certificate-\(UUID()).pem")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", file.path + ".key", "-out", file.path,
        ]
        process.standardError = FileHandle.nullDevice
        try? process.run()
        process.waitUntilExit()
        let key = (try? Data(contentsOf: URL(filePath: file.path + ".key"))) ?? Data()
        let certificate = (try? Data(contentsOf: file)) ?? Data()
        try? (certificate + key).write(to: file)
        try? FileManager.default.removeItem(atPath: file.path + ".key")
        return file
    }()
}
