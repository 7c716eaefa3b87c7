import HTTPDoor
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI
import VisionAPITypes

@Suite("Web pages of other origins")
struct CORSTests {
    private func response(
        _ origins: [String], _ origin: String?, method: HTTPRequest.Method = .get, keys: [String] = []
    ) async throws -> TestResponse {
        let configuration = ServerConfiguration(
            door: .init(apiKeys: try #require(APIKeys(keys)), corsOrigins: origins), modelName: "demo")
        var headers: HTTPFields = [:]
        headers[.origin] = origin
        if method == .options { headers[.accessControlRequestMethod] = "POST" }
        let sent = headers
        return try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            try await client.execute(uri: "/model", method: method, headers: sent)
        }
    }

    @Test("without a list nothing is allowed")
    func none() async throws {
        let response = try await response([], "https://a.example")
        #expect(response.status == .ok)
        #expect(response.headers[.accessControlAllowOrigin] == nil)
    }

    @Test("an origin of the list is allowed, and only that one is named")
    func listed() async throws {
        let origins = ["https://a.example", "http://localhost:8188"]
        let allowed = try await response(origins, "http://localhost:8188")
        #expect(allowed.headers[.accessControlAllowOrigin] == "http://localhost:8188")
        let exposed = allowed.headers[.accessControlExposeHeaders]
        #expect(exposed == "retry-after, x-request-id, x-image-size, x-florence-task")
        #expect(allowed.headers[.vary] == "Origin, Access-Control-Request-Headers")
        #expect(allowed.headers[.accessControlAllowCredentials] == nil)
        for other in ["https://b.example", "https://a.example.evil", "null"] {
            let refused = try await response(origins, other)
            #expect(refused.headers[.accessControlAllowOrigin] == nil, "\(other)")
            #expect(refused.headers[.vary] == "Origin, Access-Control-Request-Headers")
        }
    }

    @Test("a preflight request is answered without a key")
    func preflight() async throws {
        let response = try await response(["*"], "https://a.example", method: .options, keys: ["secret"])
        #expect(response.status == .noContent)
        #expect(response.headers[.accessControlAllowOrigin] == "*")
        #expect(response.headers[.accessControlAllowMethods] == "GET, POST")
        #expect(response.headers[.accessControlAllowHeaders]?.contains("x-api-key") == true)
    }

    @Test("a listed page may send any header: a preflight gets back what it asks for")
    func anyHeader() async throws {
        let configuration = ServerConfiguration(door: .init(corsOrigins: ["https://a.example"]), modelName: "demo")
        let asked = "authorization,content-type,x-stainless-arch,x-stainless-retry-count"
        try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            for (origin, answer) in [("https://a.example", asked), ("https://b.example", nil)] {
                let response = try await client.execute(
                    uri: "/process_image", method: .options,
                    headers: [
                        .origin: origin, .accessControlRequestMethod: "POST", .accessControlRequestHeaders: asked,
                    ])
                #expect(response.headers[.accessControlAllowHeaders] == answer)
            }
        }
    }

    @Test("an error can be read by the page, too")
    func errors() async throws {
        let response = try await response(["https://a.example"], "https://a.example", keys: ["secret"])
        #expect(response.status == .unauthorized)
        #expect(response.headers[.accessControlAllowOrigin] == "https://a.example")
    }

    @Test("a page that is not on the list can make the service do nothing")
    func foreignPage() async throws {
        let loads = LoadCount()
        let host = Demo.host { try loads.next() }
        let configuration = ServerConfiguration(door: .init(corsOrigins: ["https://a.example"]), modelName: "demo")
        try await Demo.application(around: host, configuration).test(.router) { client in
            for origin in ["https://evil.example", "null"] {
                let response = try await client.execute(uri: "/load", method: .post, headers: [.origin: origin])
                #expect(response.status == .forbidden)
                let detail = try response.detail
                #expect(detail.contains("--cors-origin"))
                #expect(try response.code == .forbiddenOrigin)
            }
            #expect(loads.value == 0)
            let listed = try await client.execute(
                uri: "/load", method: .post, headers: [.origin: "https://a.example"])
            #expect(listed.status == .ok)
        }
    }
}
