import Foundation
import HTTPDoor
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPITypes

@Suite("The service's own description")
struct OpenAPITests {
    private func document(_ client: some TestClientProtocol) async throws -> [String: Any] {
        let response = try await client.get("/openapi.json")
        #expect(response.headers[.contentType] == "application/json")
        let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
        return try #require(object as? [String: Any])
    }

    @Test("every route is in it, with its methods and no others")
    func routes() async throws {
        try await Demo.application().test(.router) { client in
            let document = try await document(client)
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            for (path, operations) in paths {
                let options = try await client.execute(uri: path, method: .options)
                let allowed = Set(
                    (options.headers[.allow] ?? "").split(separator: ",").map {
                        $0.trimmingCharacters(in: .whitespaces)
                    })
                #expect(
                    allowed.subtracting(["HEAD", "OPTIONS"]) == Set(operations.keys.map { $0.uppercased() }), "\(path)")
            }
            #expect(
                Set(paths.keys) == [
                    "/", "/process_image", "/clean", "/mcp", "/prompts", "/model", "/health", "/ready", "/status",
                    "/load",
                    "/unload", "/metrics", "/openapi.json", "/v1/chat/completions", "/v1/responses", "/v1/models",
                    "/v1/models/{id}", "/api/generate", "/api/chat", "/api/tags", "/api/ps", "/api/version",
                    "/api/show", "/api/pull", "/tasks",
                ])
        }
    }

    @Test("what the door says for programs is among the codes")
    func codes() {
        let errors: [DoorError] = [
            .bodyTooLarge(limit: 1), .readingTooMuch(waiting: 1, retryAfter: 1), .unauthorized, .wrongKey,
            .foreignOrigin, .unsupportedEncoding, .foreignHost(nil), .unknownPath, .methodNotAllowed(allowed: []),
            .malformedRequest,
            .incompleteRequest, .headersTooLarge, .notOneHost, .tooSlow(seconds: 1), .tooManyConnections,
        ]
        for answer in errors.map(ErrorAnswer.init) + [.internalError] {
            #expect(ErrorCode(rawValue: answer.code) != nil, "\(answer.code)")
        }
    }

    @Test("the fields of requests and of the status are those of the program")
    func fields() async throws {
        try await Demo.application().test(.router) { client in
            let components = try #require(try await document(client)["components"] as? [String: Any])
            let schemas = try #require(components["schemas"] as? [String: [String: Any]])
            func properties(_ name: String) -> Set<String> {
                Set((schemas[name]?["properties"] as? [String: Any] ?? [:]).keys)
            }
            #expect(
                properties("ProcessImageRequest") == Set(ProcessImageRequest.CodingKeys.allCases.map(\.rawValue)))
            let status = try JSONSerialization.jsonObject(
                with: Data(try await client.get("/status").body.readableBytesView))
            let error = schemas["Error"]?["properties"] as? [String: [String: Any]]
            #expect(error?["code"]?["enum"] as? [String] == ErrorCode.allCases.map(\.rawValue))
            #expect(properties("Status") == Set(try #require(status as? [String: Any]).keys))
        }
    }
}
