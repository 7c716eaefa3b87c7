import ImageHosts
import Testing

@Suite("Hosts of images, and addresses on them")
struct ImageHostTests {
    @Test(
        "a host is a name, perhaps with a port",
        arguments: [
            ("Pictures.Example.org.", "pictures.example.org", 443), ("a:8443", "a", 8443),
            ("192.0.2.1", "192.0.2.1", 443),
        ])
    func hosts(text: String, name: String, port: Int) throws {
        let host = try #require(ImageHost(text))
        #expect(host.name == name && host.port == port)
    }

    @Test(
        "what is none",
        arguments: [
            "", ".", "a b", "https://a", "a/b", "a:0", "a:65536", "a:b", "a:1:2", "[::1]", "*.a", "ä.example", "a@b",
        ])
    func noHosts(text: String) { #expect(ImageHost(text) == nil) }

    private static func check(_ address: String) throws -> ImageURL {
        let hosts = ["a.test", "b.test:8443"].compactMap(ImageHost.init)
        return try ImageFetcher(hosts: hosts, authorities: nil).check(address)
    }

    @Test(
        "an address leads to a named host and its ports only",
        arguments: [
            ("https://a.test/x", 443), ("http://a.test/x", 443), ("http://a.test:80/x", 443),
            ("HTTPS://A.Test.:443", 443),
            ("https://a.test?x#y", 443), ("https://b.test/x", 8443), ("https://b.test:8443/x", 8443),
            ("https://a.test\\\\@evil.test/", 443), ("https://a.test/@evil.test", 443),
        ])
    func addresses(address: String, port: Int) throws { #expect(try Self.check(address).host.port == port) }

    @Test(
        "what leads elsewhere, or hides where it leads",
        arguments: [
            "https://c.test/", "https://a.test.evil.test/", "https://evila.test/", "https://a.test:8443/",
            "https://b.test:444/", "https://a.test:443:1/", "https://a.test:-1/",
            "https://a.test:99999999999999999999/",
            "https://user@a.test/", "https://a.test@evil.test/", "https://a.test:443@evil.test/", "https:///a.test/",
            "https:a.test", "//a.test/", "https://a.test /", "https://a.test/\u{7F}", "https://a.test/\n",
            "https://\u{FF41}.test/",
            "https://a%2Etest/", "gopher://a.test/", "http://", "https://[::ffff:127.0.0.1]/",
            "https://a.test/" + String(repeating: "x", count: 9000),
        ])
    func elsewhere(address: String) { #expect(throws: ImageFetchError.self) { try Self.check(address) } }
}
