import Foundation
import ModelHub
import Testing

/// The token goes to the hub and to nobody else; requests go through the proxy that is set.
@Suite("Token, redirects and proxies")
struct TokenTests {
    @Test("the token goes to the hub, and never to the host that the weights are redirected to")
    func redirect() async throws {
        let lab = try await Lab(.init(token: "hf_secret", cdn: true))
        _ = try await lab.download(environment: ["HF_TOKEN": "hf_secret"])
        try lab.expectWeights()
        let log = try await lab.scenario.log()
        let elsewhere = log.filter { $0.host == "cdn" }
        #expect(!elsewhere.isEmpty)
        #expect(elsewhere.allSatisfy { $0.headers["authorization"] == nil })
        #expect(log.filter { $0.host == "hub" }.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(!lab.log.lines.contains { $0.contains("hf_secret") || $0.contains("signature") })
    }

    @Test("the token may be in the file that Python's login writes, or under its older name")
    func tokenFile() async throws {
        let lab = try await Lab(.init(token: "hf_secret"))
        try Data("hf_secret\n".utf8).write(to: lab.home.appending(path: "token"))
        _ = try await lab.download()
        try FileManager.default.removeItem(at: lab.cache)
        try FileManager.default.moveItem(
            at: lab.home.appending(path: "token"), to: lab.home.appending(path: "elsewhere"))
        _ = try await lab.download(environment: ["HF_TOKEN_PATH": lab.home.appending(path: "elsewhere").path])
        try FileManager.default.removeItem(at: lab.cache)
        _ = try await lab.download(environment: ["HUGGING_FACE_HUB_TOKEN": "hf_secret"])
    }

    @Test("a redirect on the same host carries the token, as for a model that was renamed")
    func renamed() async throws {
        let fault = Scenario.Fault(match: "/api/models/old/name/", kind: "redirect", location: "")
        var settings = Scenario.Settings(faults: [fault], token: "hf_secret")
        settings.faults[0].location = "/s/SCENARIO/api/models/florence/tiny/revision/main?blobs=true"
        settings.repositories["old/name"] = Scenario.tiny
        let lab = try await Lab(settings)
        settings.faults[0].location = settings.faults[0].location?.replacing("SCENARIO", with: lab.scenario.name)
        try await lab.scenario.change(settings)
        _ = try await lab.download("old/name", environment: ["HF_TOKEN": "hf_secret"])
        #expect(lab.names(in: lab.cache).contains("models--old--name"))
    }

    @Test("a redirect from https to http is not followed, others are")
    func downgrade() throws {
        let secure = try #require(URL(string: "https://hub.example/a/b"))
        let plain = try #require(URL(string: "http://hub.example/a/b"))
        #expect(try Redirect.target(of: "/c", from: secure).absoluteString == "https://hub.example/c")
        #expect(try Redirect.target(of: "https://cdn.example/c?x=1", from: secure).host() == "cdn.example")
        #expect(try Redirect.target(of: "https://cdn.example/c", from: plain).scheme == "https")
        #expect(try Redirect.target(of: "//cdn.example/c", from: secure).absoluteString == "https://cdn.example/c")
        for location in [
            "http://hub.example/c", "HTTP://cdn.example/", "file:///etc/passwd", "ftp://x/y", "", nil, "https://",
        ] {
            #expect(throws: ModelHubError.self) { try Redirect.target(of: location, from: secure) }
        }
        #expect(throws: ModelHubError.self) { try Redirect.target(of: "http://ann:pw@hub.example/", from: plain) }
    }

    /// A hub that can only be reached through the proxy: its name exists nowhere.
    private func endpoint(_ lab: Lab) -> (host: String, environment: [String: String]) {
        let host = "hub-\(lab.scenario.name.lowercased()).invalid"
        return (host, ["HF_ENDPOINT": "http://\(host)/s/\(lab.scenario.name)"])
    }

    @Test("over a connection that others can read the token is not sent, and the log says so")
    func unencrypted() async throws {
        let lab = try await Lab()
        let (_, environment) = endpoint(lab)
        let more = ["HTTP_PROXY": lab.scenario.hub.address, "HF_TOKEN": "hf_secret"]
        // A hub on this machine is no exception where a proxy passes it all on.
        for environment in [environment, [:]] {
            _ = try await lab.download(environment: environment.merging(more) { $1 })
            #expect(try await lab.scenario.log().allSatisfy { $0.headers["authorization"] == nil })
            #expect(
                lab.log.lines.filter { $0.contains("The token is not sent") }.count == (environment.isEmpty ? 2 : 1))
            try FileManager.default.removeItem(at: lab.cache)
        }
    }

    @Test(
        "requests go through the proxy, with its name and password",
        arguments: ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
    func proxy(variable: String) async throws {
        let lab = try await Lab()
        let (host, environment) = endpoint(lab)
        let address = lab.scenario.hub.address.replacing("http://", with: "http://ann:s%40cret@")
        _ = try await lab.download(environment: environment.merging([variable: address]) { $1 })
        try lab.expectWeights()
        // With its whole address, not through a tunnel: many proxies allow those to port 443 only.
        let asked = try await lab.scenario.proxyLog().filter { $0.path.contains(host) }
        #expect(asked.count == (try await lab.scenario.log().count))
        #expect(asked.allSatisfy { $0.method == "GET" && $0.path.hasPrefix("http://\(host)/s/") })
        let credentials = Data("ann:s@cret".utf8).base64EncodedString()
        #expect(asked.allSatisfy { $0.headers["proxy-authorization"] == "Basic \(credentials)" })
    }

    @Test("what NO_PROXY lists is asked directly", arguments: ["*", "127.0.0.1", "example.com, PORT", "PORT"])
    func noProxy(list: String) async throws {
        let lab = try await Lab()
        let port = lab.scenario.hub.address.replacing("http://", with: "")
        let proxies = ["HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": list.replacing("PORT", with: port)]
        _ = try await lab.download(environment: proxies)
        try lab.expectWeights()
    }

    @Test("NO_PROXY covers what is below a domain", arguments: ["invalid", ".invalid", "HOST"])
    func noProxyDomain(list: String) async throws {
        let lab = try await Lab()
        let (host, environment) = endpoint(lab)
        let proxies = [
            "HTTP_PROXY": lab.scenario.hub.address, "NO_PROXY": list.replacing("HOST", with: host),
            "HF_HUB_ETAG_TIMEOUT": "1",
        ]
        _ = await lab.refusal(environment: environment.merging(proxies) { $1 })
        #expect(try await lab.scenario.proxyLog().filter { $0.path.contains(host) }.isEmpty)
    }

    @Test("what NO_PROXY does not list goes through the proxy", arguments: ["example.com", "other.invalid", "lid", ""])
    func notExcepted(list: String) async throws {
        let lab = try await Lab()
        let (_, environment) = endpoint(lab)
        let proxies = ["HTTP_PROXY": lab.scenario.hub.address, "NO_PROXY": list]
        _ = try await lab.download(environment: environment.merging(proxies) { $1 })
        try lab.expectWeights()
    }

    @Test("over https the proxy is asked for a tunnel")
    func tunnel() async throws {
        let lab = try await Lab()
        let (host, _) = endpoint(lab)
        let environment = ["HF_ENDPOINT": "https://\(host)", "HTTPS_PROXY": lab.scenario.hub.address]
        _ = await lab.refusal(environment: environment)
        #expect(try await lab.scenario.proxyLog().contains { $0.method == "CONNECT" && $0.path == "\(host):443" })
    }
}
