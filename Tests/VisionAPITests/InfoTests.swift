import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPITypes

@Suite("What the service says of itself")
struct InfoTests {
    private let sevenPrompts = [
        "<GENERATE_TAGS>", "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<ANALYZE>",
        "<MIXED_CAPTION>", "<MIXED_CAPTION_PLUS>",
    ]

    @Test("the prompts are the original's seven, in its order, and then the extra ones")
    func prompts() async throws {
        try await Demo.application(extraPrompts: ["<DocVQA>"]).test(.router) { client in
            let response = try await client.execute(uri: "/prompts", method: .get)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            let prompts = try response.decoded([String].self)
            #expect(prompts == sevenPrompts + ["<DocVQA>"])
        }
    }

    @Test("the model's name is a bare JSON string")
    func model() async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.execute(uri: "/model", method: .get)
            #expect(String(buffer: response.body) == "\"demo\"")
        }
    }

    @Test("none of it loads the model")
    func wakesNothing() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            for path in ["/prompts", "/model", "/health", "/nothing"] {
                _ = try await client.execute(uri: path, method: .get)
            }
        }
        #expect(loads.value == 0)
    }

    @Test("health is 200")
    func health() async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.execute(uri: "/health", method: .get)
            #expect(response.status == .ok)
            let body = try response.decoded(HealthBody.self)
            #expect(body.status == "ok")
        }
    }

    @Test("HEAD answers as GET does, without a body")
    func head() async throws {
        try await Demo.application().test(.live) { client in
            let get = try await client.execute(uri: "/prompts", method: .get)
            let head = try await client.execute(uri: "/prompts", method: .head)
            #expect(head.status == .ok)
            #expect(head.headers[.contentLength] == get.headers[.contentLength])
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test("OPTIONS tells the methods of a path")
    func options() async throws {
        try await Demo.application().test(.router) { client in
            let image = try await client.execute(uri: "/process_image", method: .options)
            #expect(image.status == .noContent)
            #expect(image.headers[.allow] == "POST, OPTIONS")
            let prompts = try await client.execute(uri: "/prompts/", method: .options)
            #expect(prompts.headers[.allow] == "GET, HEAD, OPTIONS")
            let unknown = try await client.execute(uri: "/nothing", method: .options)
            #expect(unknown.status == .notFound)
        }
    }
}
