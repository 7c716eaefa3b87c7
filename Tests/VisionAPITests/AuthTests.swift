import HTTPDoor
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Loopback
import NIOCore
import Testing
import VisionAPI
import VisionAPITypes

@Suite("Who is let in")
struct AuthTests {
    private func configuration(_ keys: [String]) throws -> ServerConfiguration {
        ServerConfiguration(door: .init(apiKeys: try #require(APIKeys(keys))), modelName: "demo")
    }

    /// Every route but the public ones.
    static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/model"), (.get, "/prompts"), (.get, "/status"), (.get, "/metrics"), (.get, "/openapi.json"),
        (.post, "/process_image"), (.post, "/load"), (.post, "/unload"), (.head, "/model"),
    ]

    /// Headers that show no right key.
    static let wrongHeaders: [HTTPFields] = [
        [:], [.authorization: "Bearer"], [.authorization: "Bearer "], [.authorization: "secret-1"],
        [.authorization: "Basic secret-1"], [.authorization: "Bearer secret-"], [.authorization: "Bearer secret-11"],
        [.authorization: "Bearer  secret-1"], [.xAPIKey: ""], [.xAPIKey: "secret"], [.xAPIKey: "SECRET-1"],
        [.authorization: "Bearer secret-11", .xAPIKey: "secret"],
    ]

    /// Those of them that do show a key.
    static let wrongKeys = wrongHeaders[5...].filter { $0 != [.xAPIKey: ""] }

    @Test("without the right key every route but the page, health and ready says 401, and nothing is loaded")
    func refused() async throws {
        let loads = LoadCount()
        let host = Demo.host { try loads.next() }
        try await Demo.application(around: host, configuration(["secret-1", "secret-2"])).test(.router) { client in
            for (method, path) in Self.routes {
                for headers in Self.wrongHeaders {
                    let response = try await client.execute(uri: path, method: method, headers: headers)
                    #expect(response.status == .unauthorized, "\(method) \(path) \(headers)")
                    #expect(response.headers[.wwwAuthenticate] == "Bearer")
                    if method != .head {
                        let detail = try response.detail
                        let isShown = Self.wrongKeys.contains(headers)
                        #expect(
                            detail.hasPrefix(
                                isShown ? "The key is not one of this server's." : "This server wants a key."),
                            "\(headers)")
                        #expect(try response.code == .unauthorized)
                    }
                }
            }
            for path in ["/", "/health", "/ready"] {
                let response = try await client.get(path)
                #expect(response.status == .ok)
                #expect(!String(buffer: response.body).contains("demo"))
            }
        }
        #expect(loads.value == 0)
    }

    @Test(
        "each key opens, in either header",
        arguments: [
            [.authorization: "Bearer secret-1"], [.authorization: "bearer secret-2"], [.xAPIKey: "secret-2"],
            [.authorization: "Bearer secret-1", .xAPIKey: "secret-1"],
            [.authorization: "Bearer x", .xAPIKey: "secret-2"],
            [.authorization: "Bearer secret-2", .xAPIKey: "x"],
        ] as [HTTPFields])
    func letIn(headers: HTTPFields) async throws {
        try await Demo.application(around: Demo.host(), configuration(["secret-1", "secret-2"])).test(.router) {
            client in
            let response = try await client.execute(uri: "/model", method: .get, headers: headers)
            #expect(response.status == .ok)
        }
    }

    @Test("a body is not read before its key is known")
    func bodyIsNotRead() async throws {
        try await Demo.application(around: Demo.host(), configuration(["secret-1"])).test(.live) { client in
            let connection = try LoopbackConnection(port: try #require(client.port))
            try connection.send("POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n{")
            let answer = await connection.receive()
            #expect(answer.hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test("the path decides, not what Host says or how the path is written")
    func noDetour() async throws {
        try await Demo.application(around: Demo.host(), configuration(["secret-1"])).test(.live) { client in
            for path in [
                "//model", "/./model", "/%6dodel", "/MODEL", "/health/../model", "http://localhost/model",
                "/model?x=/health",
            ] {
                let connection = try LoopbackConnection(port: try #require(client.port))
                try connection.send("GET \(path) HTTP/1.1\r\nHost: localhost/health?\r\nConnection: close\r\n\r\n")
                let answer = await connection.everything()
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(path)")
                #expect(!answer.contains("demo"), "\(path)")
            }
        }
    }

    @Test("a key that no header can carry is refused at the start", arguments: ["", "a b", "ä", "a\n"])
    func badKeys(key: String) {
        #expect(APIKeys([key]) == nil)
        #expect(APIKeys(["good", key]) == nil)
    }
}

extension HTTPField.Name {
    fileprivate static let xAPIKey = HTTPField.Name("x-api-key") ?? .cookie
}
