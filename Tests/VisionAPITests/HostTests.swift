import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI

@Suite("Names of the server")
struct HostTests {
    static let local = [
        "localhost", "localhost:54880", "LOCALHOST.", "app.localhost", "127.0.0.1", "127.0.0.1:80", "192.168.1.7",
        "8.8.8.8", "[::1]", "[::1]:54880", "[fe80::1%25eth0]:1", "nas.local", "nas.local.",
        "host.docker.internal:54880", "workshop",
        "Workshop.example.org:1", "given.example.org", "given.example.org.:443",
    ]

    static let foreign = [
        "evil.example", "evil.example:54880", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost", "local",
        "internal", "127.0.0.1@evil.example", "localhost/health?", "localhost:80x", "evil.example#localhost", "::1",
        "[evil]", "", ":80", "sub.given.example.org", "1.2.3", "0x7f.1", "läcal.local",
    ]

    private let rule = HostRule(allowed: ["Given.example.org:8443"], machine: "workshop.example.org")

    @Test("a name that is nobody's in public is taken, and one that was given", arguments: local)
    func taken(host: String) {
        #expect(rule.takes(host))
    }

    @Test("any other is not", arguments: foreign)
    func refused(host: String) {
        #expect(!rule.takes(host))
    }

    @Test("the machine's own name is known")
    func machine() {
        #expect(HostRule().takes(HostRule.machineName))
    }

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
        let given = ServerConfiguration(modelName: "demo", allowedHosts: ["vision.example.org"])
        #expect(try await status(given, host: "vision.example.org").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("with a key, or on another address, any name will do")
    func otherwise() async throws {
        let keyed = ServerConfiguration(modelName: "demo", apiKeys: try #require(APIKeys(["secret"])))
        #expect(try await status(keyed, host: "evil.example").hasPrefix("HTTP/1.1 401 "))
        let open = ServerConfiguration(host: "0.0.0.0", modelName: "demo")
        #expect(try await status(open, host: "vision.example.org").hasPrefix("HTTP/1.1 200 "))
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "::1"] {
            #expect(ServerConfiguration(host: host, modelName: "demo").answersToItsNamesOnly)
        }
        for host in ["0.0.0.0", "::", "192.168.1.7", "127.example.org"] {
            #expect(!ServerConfiguration(host: host, modelName: "demo").answersToItsNamesOnly)
        }
    }

    @Test("a page of the server itself may have it do something, whatever address it listens to; a rebound one may not")
    func ownOrigin() async throws {
        let open = ServerConfiguration(host: "0.0.0.0", modelName: "demo", allowedHosts: ["given.example.org"])
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
