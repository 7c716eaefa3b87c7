import Eventually
import Foundation
import ImageHosts
import Testing

/// A process of `Tests/FakeHub/picture_host.py`, which calls itself `pictures.test`; it ends with its last owner.
final class ImageHostProcess: Sendable {
    static let name = "pictures.test"

    let port: Int
    private let process = Process()
    private let input = Pipe()
    private let output: URL

    init() async throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        output = FileManager.default.temporaryDirectory.appending(path: "image-host-\(UUID())")
        try Data().write(to: output)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", tests.appending(path: "FakeHub/picture_host.py").path, Self.certificate.path,
            tests.deletingLastPathComponent().appending(path: "Models/demo/example.png").path,
        ]
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        var line: Substring?
        let output = output
        try await eventually("the host is ready") {
            line = try String(contentsOf: output, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().first
            return line != nil
        }
        port = try #require(line.flatMap { Int($0.dropFirst("READY ".count)) })
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: output)
    }

    /// Path and `Host` of each request so far.
    func requests() throws -> [[String]] {
        try String(contentsOf: output, encoding: .utf8).split(separator: "\n").dropFirst().map {
            try JSONDecoder().decode([String].self, from: Data($0.utf8))
        }
    }

    func url(_ path: String, scheme: String = "https", host: String = ImageHostProcess.name) -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }

    /// Fetches from it under its name, which leads to these addresses.
    func fetcher(
        addresses: [[UInt8]] = [[127, 0, 0, 1]],
        isAllowed: @escaping @Sendable (NetworkAddress) -> Bool = { _ in true },
        authorities: String? = ImageHostProcess.certificate.path, limits: ImageFetcher.Limits = .init()
    ) throws -> ImageFetcher {
        let host = try #require(ImageHost("\(Self.name):\(port)"))
        return ImageFetcher(
            hosts: [host], authorities: authorities, limits: limits,
            resolve: { name, _ in
                guard name == Self.name else { throw ImageFetchError.unknownHost(name) }
                return addresses.compactMap(NetworkAddress.init(bytes:))
            }, isAllowed: isAllowed)
    }

    /// Certificate and key in one file, for the name alone; made by openssl, once.
    static let certificate: URL = {
        let file = FileManager.default.temporaryDirectory.appending(path: "image-host-\(UUID()).pem")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=DNS:\(name)", "-keyout", file.path + ".key", "-out", file.path,
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
