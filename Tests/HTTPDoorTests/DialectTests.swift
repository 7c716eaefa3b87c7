import HTTPDoor
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@Suite("A dialect at the door")
struct DialectTests {
    private func door(
        _ dialects: [Dialect] = [EchoDialect.dialect], keys: [String] = []
    ) throws -> some ApplicationProtocol {
        let configuration = DoorConfiguration(apiKeys: try #require(APIKeys(keys)))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return Door(configuration: configuration, dialects: dialects, figures: "echo", logger: logger).application()
    }

    /// A request, and what its error must say.
    private static let mistakes: [(HTTPRequest.Method, String, HTTPFields, String, HTTPResponse.Status, String)] = [
        (.get, "/echo", [.xAPIKey: "key"], "", .methodNotAllowed, "! 405 method_not_allowed: "),
        (.put, "/echo/any", [:], "", .methodNotAllowed, "! 405 method_not_allowed: "),
        (.get, "/echo/any/where", [:], "", .notFound, "! 404 not_found: "),
        (.get, "/elsewhere", [:], "", .notFound, "! 404 not_found: "),
        (.post, "/echo", [:], "", .unauthorized, "! 401 unauthorized: "),
        (.post, "/echo", [.xAPIKey: "other"], "", .unauthorized, "! 401 unauthorized: "),
        (
            .post, "/echo", [.xAPIKey: "key"], String(repeating: "x", count: 1001), .contentTooLarge,
            "! 413 too_large: "
        ),
        (
            .post, "/echo/words", [.xAPIKey: "key"], String(repeating: "x", count: 65), .contentTooLarge,
            "! 413 too_large: "
        ),
        (
            .post, "/echo", [.xAPIKey: "key", .contentEncoding: "gzip"], "", .unsupportedMediaType,
            "! 415 unsupported_encoding: "
        ),
        (
            .post, "/echo", [.xAPIKey: "key", .origin: "https://evil.example"], "", .forbidden,
            "! 403 forbidden_origin: "
        ),
    ]

    @Test("the door's own errors are in its format")
    func errors() async throws {
        try await door(keys: ["key"]).test(.router) { client in
            for (method, path, headers, body, status, words) in Self.mistakes {
                let response = try await client.execute(
                    uri: path, method: method, headers: headers, body: ByteBuffer(string: body))
                #expect(response.status == status, "\(method) \(path)")
                #expect(response.headers[.contentType] == "text/x-echo-error", "\(method) \(path)")
                #expect(String(buffer: response.body).hasPrefix(words), "\(String(buffer: response.body))")
            }
        }
    }

    @Test("which methods a path takes comes from its routes, and so does who needs no key")
    func routes() async throws {
        try await door(keys: ["key"]).test(.router) { client in
            let refusal = try await client.execute(uri: "/echo/any", method: .put)
            #expect(refusal.headers[.allow] == "GET, HEAD, OPTIONS")
            let options = try await client.execute(uri: "/echo/words", method: .options)
            #expect(options.status == .noContent && options.headers[.allow] == "POST, OPTIONS")
            let open = try await client.execute(uri: "/echo/hello", method: .get)
            #expect(open.status == .ok && String(buffer: open.body) == "hello")
        }
    }

    @Test("an answer may come piece by piece", arguments: [TestingSetup.router, .live])
    func stream(_ setup: TestingSetup) async throws {
        try await door().test(setup) { client in
            let response = try await client.execute(
                uri: "/echo/words", method: .post, body: ByteBuffer(string: "one two three"))
            #expect(response.status == .ok && response.headers[.contentLength] == nil)
            #expect(String(buffer: response.body) == "one\ntwo\nthree\n")
            #expect(response.headers[.contentType] == "text/x-echo")
        }
    }

    @Test("an error before the first piece is an ordinary one, and later the last piece")
    func brokenStream() async throws {
        try await door().test(.live) { client in
            let refusal = try await client.execute(uri: "/echo/words", method: .post, body: ByteBuffer(string: "fail"))
            #expect(refusal.status == .internalServerError)
            #expect(String(buffer: refusal.body).hasPrefix("! 500 internal_error: "))
            let half = try await client.execute(uri: "/echo/words", method: .post, body: ByteBuffer(string: "one fail"))
            #expect(half.status == .ok)
            #expect(String(buffer: half.body).hasPrefix("one\n! 500 internal_error: "))
        }
    }

    @Test("beside another, each speaks of its own paths, and the first one of those that are nobody's")
    func neighbours() async throws {
        let first = Dialect(errorFormat: .codeAndDetail, routes: [Route(.get, "first") { _, _ in throw Failure() }])
        try await door([first, EchoDialect.dialect]).test(.router) { client in
            for (path, words) in [
                ("/echo/no/where", "! 404 not_found: "), ("/echo", "! 405 "), ("/nowhere", "not_found: "),
                ("/first", "internal_error: The request failed; "), ("/", "not_found: "),
            ] {
                let response = try await client.execute(uri: path, method: .get)
                #expect(String(buffer: response.body).hasPrefix(words), "\(path): \(String(buffer: response.body))")
            }
        }
    }

    private struct Failure: Error {}

    @Test("a request for the head alone gets no body, whatever the answer", arguments: ["/echo/any", "/echo", "/x"])
    func head(path: String) async throws {
        try await door().test(.router) { client in
            let response = try await client.execute(uri: path, method: .head)
            #expect(response.body.readableBytes == 0, "\(response.status)")
            #expect(response.headers[.contentLength].flatMap(Int.init) ?? 0 > 0)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let xAPIKey = HTTPField.Name("x-api-key") ?? .cookie
}
