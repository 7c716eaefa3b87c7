import Foundation
import ModelHub
import Testing

/// Networks of companies: proxies that want to be spoken to in their way, and certificates of their own.
@Suite("Proxies and certificates")
struct ProxyTests {
    /// A hub that can only be reached through a proxy: its name exists nowhere.
    private func endpoint(_ lab: Lab, scheme: String = "http") -> (host: String, environment: [String: String]) {
        let host = "hub-\(lab.scenario.name.lowercased()).invalid"
        return (host, ["HF_ENDPOINT": "\(scheme)://\(host)/s/\(lab.scenario.name)"])
    }

    private func hub(_ lab: Lab) -> String { lab.scenario.hub.address.replacing("http://", with: "") }

    @Test("what is not encrypted is asked of the proxy by its whole address, not through a tunnel")
    func absoluteForm() async throws {
        let lab = try await Lab()
        let relay = try await Relay(.http, to: hub(lab))
        let (host, environment) = endpoint(lab)
        _ = try await lab.download(environment: environment.merging(["HTTP_PROXY": relay.address]) { $1 })
        try lab.expectWeights()
        let asked = try relay.log()
        #expect(!asked.isEmpty)
        #expect(asked.allSatisfy { $0.method == "GET" && $0.address.hasPrefix("http://\(host)/s/") })
    }

    @Test("a proxy that wants a name and a password is asked once, and the error says where they go")
    func proxyAuthentication() async throws {
        for scheme in ["http", "https"] {
            let lab = try await Lab()
            let relay = try await Relay(.http, to: hub(lab), login: "ann:s@cret")
            let (_, environment) = endpoint(lab, scheme: scheme)
            for (login, hasName) in [("", false), ("ann:wrong@", true)] {
                let before = try relay.log().count
                let proxy = ["ALL_PROXY": "http://\(login)\(relay.address)"]
                let error = try #require(await lab.refusal(environment: environment.merging(proxy) { $1 }))
                #expect(error == .proxyRefused(relay.address, hasName: hasName), "\(scheme)")
                #expect("\(error)".contains("HTTPS_PROXY=http://name:password@") && !"\(error)".contains("wrong"))
                #expect(try relay.log().count == before + 1, "\(scheme)")
            }
            #expect(lab.clock.waits.isEmpty)
            #expect(try relay.log().allSatisfy { ($0.method == "CONNECT") == (scheme == "https") })
        }
    }

    @Test("a proxy's other refusals are tried again, and told with their status")
    func refusedTunnel() async throws {
        let lab = try await Lab()
        let relay = try await Relay(.http, to: hub(lab))
        let host = "https://hub-\(lab.scenario.name.lowercased()).invalid:80"
        let error = await lab.refusal(environment: ["HF_ENDPOINT": host, "HTTPS_PROXY": relay.address])
        guard case .unreachable(_, _, _, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("proxy") && reason.contains("403"))
        #expect(try relay.log().count == 5)
    }

    @Test("a SOCKS proxy gets the hub's name and resolves it", arguments: ["socks5", "socks5h"], [nil, "ann:s@cret"])
    func socks(scheme: String, login: String?) async throws {
        let lab = try await Lab()
        let relay = try await Relay(.socks5, to: hub(lab), login: login)
        let (host, environment) = endpoint(lab)
        let proxy = "\(scheme)://\(login == nil ? "" : "ann:s%40cret@")\(relay.address)"
        _ = try await lab.download(environment: environment.merging(["ALL_PROXY": proxy]) { $1 })
        try lab.expectWeights()
        let asked = try relay.log()
        #expect(!asked.isEmpty)
        #expect(asked.allSatisfy { $0.method == "SOCKS" && $0.address == "\(host):80" })
    }

    @Test(
        "certificates that the system does not know are trusted where a variable names them",
        arguments: ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    func ownAuthority(variable: String) async throws {
        let lab = try await Lab()
        let certificate = SelfMadeCertificate.file
        let relay = try await Relay(.tls, to: hub(lab), certificate: certificate)
        let port = try #require(relay.address.split(separator: ":").last)
        let environment = ["HF_ENDPOINT": "https://localhost:\(port)/s/\(lab.scenario.name)"]
        _ = try await lab.download(environment: environment.merging([variable: certificate.path]) { $1 })
        try lab.expectWeights()
    }

    @Test("certificates that nobody vouches for are refused, and so is a file without any")
    func unknownAuthority() async throws {
        let lab = try await Lab()
        let relay = try await Relay(.tls, to: hub(lab), certificate: SelfMadeCertificate.file)
        let port = try #require(relay.address.split(separator: ":").last)
        let environment = ["HF_ENDPOINT": "https://localhost:\(port)/s/\(lab.scenario.name)"]
        guard case .unreachable(_, _, _, let reason)? = await lab.refusal(environment: environment) else {
            Issue.record("another error")
            return
        }
        #expect(reason.contains("certificate") && reason.contains("SSL_CERT_FILE"))
        let nowhere = environment.merging(["SSL_CERT_FILE": lab.home.appending(path: "absent.pem").path]) { $1 }
        guard case .invalidSetting("SSL_CERT_FILE", _)? = await lab.refusal(environment: nowhere) else {
            Issue.record("another error")
            return
        }
        #expect(try await lab.scenario.log().isEmpty)
    }

    @Test("through a tunnel the proxy sees no token")
    func tunnelledToken() async throws {
        let lab = try await Lab(.init(token: "hf_secret"))
        let certificate = SelfMadeCertificate.file
        let secure = try await Relay(.tls, to: hub(lab), certificate: certificate)
        let relay = try await Relay(.http, to: secure.address, login: "ann:s@cret")
        let environment = [
            "HF_ENDPOINT": "https://localhost/s/\(lab.scenario.name)", "SSL_CERT_FILE": certificate.path,
            "HTTPS_PROXY": "http://ann:s%40cret@\(relay.address)", "HF_TOKEN": "hf_secret",
        ]
        _ = try await lab.download(environment: environment)
        try lab.expectWeights()
        let asked = try relay.log()
        #expect(asked.allSatisfy { $0.method == "CONNECT" && $0.address == "localhost:443" })
        #expect(asked.allSatisfy { $0.headers["authorization"] == nil })
        #expect(try await lab.scenario.log().allSatisfy { $0.headers["proxy-authorization"] == nil })
    }
}
