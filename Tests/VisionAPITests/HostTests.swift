import HTTPDoor
import Hummingbird
import HummingbirdTesting
import Loopback
import Testing
import VisionAPI

@Suite("Names of the server")
struct HostTests {
    private func status(
        _ configuration: ServerConfiguration, host: String?, origin: String? = nil, method: String = "GET"
    ) async throws -> String {
        try await Demo.application(around: Demo.host(), configuration).test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            let fields = [host.map { "Host: \($0)" }, origin.map { "Origin: \($0)" }].compactMap(\.self)
            let version = host == nil ? "1.0" : "1.1"
            let path = method == "GET" ? "/model" : "/unload"
            let lines = ["\(method) \(path) HTTP/\(version)", "Connection: close"] + fields
            try connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            return await connection.everything()
        }
    }

    @Test("a server without a key on a loopback address answers to local names only, and says what helps")
    func loopback() async throws {
        let configuration = ServerConfiguration(modelName: "demo")
        let refusal = try await status(configuration, host: "vision.example.org:54880")
        #expect(refusal.hasPrefix("HTTP/1.1 403 ") && refusal.contains(#""code":"forbidden_host""#))
        #expect(refusal.contains("--allowed-host vision.example.org "))
        #expect(refusal.contains("--cors-origin https://vision.example.org"))
        for host in ["localhost:1", "host.docker.internal", "10.0.0.1", nil] {
            #expect(try await status(configuration, host: host).hasPrefix("HTTP/1.1 200 "), "\(host ?? "none")")
        }
        let given = ServerConfiguration(door: .init(allowedHosts: ["vision.example.org"]), modelName: "demo")
        #expect(try await status(given, host: "vision.example.org").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("with a key, or on another address, any name will do")
    func otherwise() async throws {
        let keyed = ServerConfiguration(door: .init(apiKeys: try #require(APIKeys(["secret"]))), modelName: "demo")
        #expect(try await status(keyed, host: "evil.example").hasPrefix("HTTP/1.1 401 "))
        let open = ServerConfiguration(door: .init(host: "0.0.0.0"), modelName: "demo")
        #expect(try await status(open, host: "vision.example.org").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("a page of the server itself may have it do something, whatever address it listens to; a rebound one may not")
    func ownOrigin() async throws {
        let open = ServerConfiguration(
            door: .init(host: "0.0.0.0", allowedHosts: ["given.example.org"]), modelName: "demo")
        for (host, origin, isAllowed) in [
            ("localhost:54880", "http://localhost:54880", true),
            ("192.168.1.7:54880", "http://192.168.1.7:54880", true),
            ("NAS.local", "http://nas.local:80", true), ("given.example.org", "http://given.example.org", true),
            ("evil.example:54880", "http://evil.example:54880", false),
            ("localhost:54880", "http://localhost:3000", false),
            ("localhost:54880", "https://localhost:54880", false),
            ("localhost", "http://localhost.evil.example", false),
            ("localhost:54880", "null", false), ("[::1]:5", "http://[::1]:5", true),
        ] {
            let answer = try await status(open, host: host, origin: origin, method: "POST")
            #expect(answer.hasPrefix(isAllowed ? "HTTP/1.1 200 " : "HTTP/1.1 403 "), "\(host) \(origin)")
        }
    }
}
