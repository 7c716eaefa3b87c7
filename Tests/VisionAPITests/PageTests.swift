import CDigest
import Foundation
import HTTPDoor
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPI

@Suite("The page at the address without a path")
struct PageTests {
    /// What browsers send.
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    private func answer(
        _ accept: String?, method: HTTPRequest.Method = .get, origins: [String] = []
    ) async throws -> TestResponse {
        // Whoever comes to the page has no key yet.
        let keys = try #require(APIKeys(["secret"]))
        let configuration = ServerConfiguration(door: .init(apiKeys: keys, corsOrigins: origins), modelName: "demo")
        var headers: HTTPFields = [:]
        headers[.accept] = accept
        return try await Demo.application(around: Demo.host(), configuration).test(.router) { [headers] client in
            try await client.execute(uri: "/", method: method, headers: headers)
        }
    }

    @Test("a browser gets the page, without a key", arguments: [browser, "text/html", "image/png, TEXT/HTML;q=0.1"])
    func page(accept: String) async throws {
        let response = try await answer(accept)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(response.headers[.contentLength] == "\(response.body.readableBytes)")
        #expect(response.headers[.vary] == "Accept")
        #expect(String(buffer: response.body).hasPrefix("<!doctype html>"))
    }

    @Test(
        "everything else gets Ollama's sentence",
        arguments: [nil, "*/*", "application/json", "text/html;q=0", "text/*"])
    func sentence(accept: String?) async throws {
        let response = try await answer(accept)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headers[.vary] == "Accept")
        #expect(String(buffer: response.body) == "Ollama is running")
    }

    @Test("HEAD is about the sentence, even from a browser", arguments: [nil, browser])
    func head(accept: String?) async throws {
        let response = try await answer(accept, method: .head)
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headers[.contentLength] == "17")
        #expect(response.body.readableBytes == 0)
    }

    @Test("other methods are refused")
    func methods() async throws {
        #expect(try await answer(nil, method: .post).status == .methodNotAllowed)
        #expect(try await answer(nil, method: .options).headers[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("what an answer depends on is said beside what the list of origins says")
    func vary() async throws {
        let response = try await answer(Self.browser, origins: ["https://a.example"])
        #expect(response.headers[.vary] == "Accept, Origin, Access-Control-Request-Headers")
    }

    @Test("the policy lets the page's own style and script run, and nothing else")
    func policy() async throws {
        let response = try await answer(Self.browser)
        let policy = try #require(response.headers[.contentSecurityPolicy])
        let directives = policy.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let page = String(buffer: response.body)
        for (directive, element) in [("script-src", "script"), ("style-src", "style")] {
            let parts = page.components(separatedBy: "<\(element)")
            #expect(parts.count == 2, "one \(element), and no other")
            let content = try #require(parts.last?.dropFirst().components(separatedBy: "</\(element)>").first)
            #expect(directives.contains("\(directive) 'sha256-\(Self.sha256(content))'"), "\(policy)")
        }
        for directive in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            #expect(directives.contains(directive), "\(policy)")
        }
        #expect(!policy.contains("unsafe") && !policy.contains("*"))
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        #expect(response.headers[.init("Referrer-Policy") ?? .referer] == "no-referrer")
    }

    @Test("the page holds no address of another host, and nothing that would need another policy")
    func alone() async throws {
        let page = String(buffer: try await answer(Self.browser).body)
        let addresses = page.matches(of: /https?:\/\/[^\s"'`)]+/).map { String($0.output) }
        // The name of SVG, which nobody fetches.
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
        // The last one would be a part that is missing.
        let unwanted = [
            "innerHTML", "outerHTML", "AdjacentHTML", "document.write", "eval(", " style=\"", " onclick=\"", "{{",
        ]
        for word in unwanted {
            #expect(!page.contains(word), "\(word)")
        }
    }

    private static func sha256(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: Int(CDIGEST_SHA256_SIZE))
        #expect(cdigest_sha256(bytes, bytes.count, &digest) == 1)
        return Data(digest).base64EncodedString()
    }
}
