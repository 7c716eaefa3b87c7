import Foundation
import Transfers

/// A hub of its own for one test: the repositories that it has, the mistakes that it makes, and what it was asked.
struct Scenario {
    /// Content of a file as the fake hub understands it.
    enum Content: Encodable {
        case text(String)
        /// Bytes from a generator with that seed.
        case random(seed: Int, bytes: Int)
        /// A safetensors file with such bytes in its one tensor.
        case weights(seed: Int, bytes: Int)
        /// The same, but the listing says another size.
        case lying(seed: Int, bytes: Int, listedBytes: Int)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            switch self {
            case .text(let text): try container.encode(text, forKey: .text)
            case .random(let seed, let bytes): try container.encode([seed, bytes], forKey: .random)
            case .weights(let seed, let bytes): try container.encode([seed, bytes], forKey: .weights)
            case .lying(let seed, let bytes, let listedBytes):
                try container.encode([seed, bytes], forKey: .random)
                try container.encode(listedBytes, forKey: .listed_size)
            }
        }

        private enum Key: CodingKey { case text, random, weights, listed_size }
    }

    struct Repository: Encodable {
        var files: [String: Content]
    }

    /// A mistake; what is `nil` is left out.
    struct Fault: Encodable {
        var match: String
        var kind: String
        var times: Int?
        var skip: Int?
        var host: String?
        var after: Int?
        var more: Int?
        var rate: Int?
        var length: Bool?
        var lie: Bool?
        var etag: String?
        var status: Int?
        var headers: [String: String]?
        var location: String?
        var text: String?
    }

    struct Settings: Encodable {
        var repositories: [String: Repository] = ["florence/tiny": Scenario.tiny]
        var faults: [Fault] = []
        var token: String?
        var cdn: Bool?
        var sizes: Bool?
        var `private`: Bool?
        var gated: Bool?
        var branches: [String]?
        var commit: String?
    }

    static let weightBytes = 300_000
    static let commit = "c0ffee" + String(repeating: "0", count: 34)

    /// A model that is Florence-2 by its files, with much beside them that nobody needs.
    static let tiny = Repository(files: [
        "config.json": .text(#"{"model_type": "florence2"}"#), "generation_config.json": .text("{}"),
        "preprocessor_config.json": .text("{ }"), "tokenizer.json": .text(#"{"model": {}}"#),
        "tokenizer_config.json": .text("{  }"), "model.safetensors": .weights(seed: 1, bytes: weightBytes),
        "vocab.json": .text(#"{"a": 1}"#), "merges.txt": .text("a b"), "README.md": .text("read me"),
        "pytorch_model.bin": .random(seed: 2, bytes: 1000), "modeling_florence2.py": .text("import os"),
        "../../../../escaped": .text("outside"),
    ])

    let hub: FakeHub
    let name = UUID().uuidString

    init(_ settings: Settings = Settings()) async throws {
        hub = try FakeHub.shared()
        try await change(settings)
    }

    /// What HF_ENDPOINT is.
    var endpoint: String { "\(hub.address)/s/\(name)" }

    /// Begins anew with other settings and an empty log.
    func change(_ settings: Settings) async throws {
        _ = try await send(.put, "", body: try JSONEncoder().encode(settings))
    }

    /// Lets answers go on that are held.
    func release() async throws {
        _ = try await send(.post, "/release", body: Data())
    }

    /// Every request so far.
    func log() async throws -> [FakeHub.Request] {
        try JSONDecoder().decode([FakeHub.Request].self, from: try await send(.get, "/log"))
    }

    /// The requests for a file's bytes, at either host.
    func downloads(of file: String) async throws -> [FakeHub.Request] {
        try await log().filter { $0.method == "GET" && $0.path.contains("/resolve/") && $0.path.contains("/\(file)") }
    }

    /// What the fake hub was asked as a proxy, for any scenario.
    func proxyLog() async throws -> [FakeHub.Request] {
        try JSONDecoder().decode([FakeHub.Request].self, from: try await send(.get, "/log", scenario: "default"))
    }

    private static let client = HTTPClient()

    private func send(
        _ method: TransferRequest.Method, _ path: String, scenario: String? = nil, body: Data? = nil
    ) async throws -> Data {
        var request = TransferRequest(method, "\(hub.address)/control/\(scenario ?? name)\(path)")
        request.body = body.map { RequestBody(Array($0)) }
        request.timeout = .seconds(60)
        return Data(try await Self.client.send(request).body.collect(upTo: 1 << 24))
    }
}
