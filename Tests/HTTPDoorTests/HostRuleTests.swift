import HTTPDoor
import Testing

@Suite("Names that need nobody's word")
struct HostRuleTests {
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

    @Test("without a key a loopback address answers to its names only")
    func loopback() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "::1"] {
            #expect(DoorConfiguration(host: host).answersToItsNamesOnly)
        }
        for host in ["0.0.0.0", "::", "192.168.1.7", "127.example.org"] {
            #expect(!DoorConfiguration(host: host).answersToItsNamesOnly)
        }
    }
}
