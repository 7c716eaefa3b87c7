import CaptionClient
import Testing
import Transfers

@Suite("ServerAddress and ProxyEnvironment")
struct ServerAddressTests {
    @Test(
        "a bare host gets http://, a slash at the end goes",
        arguments: [
            ("localhost", "http://localhost"), ("box:8000", "http://box:8000"), (" 10.0.0.1:80 ", "http://10.0.0.1:80"),
            ("https://host/vision/", "https://host/vision"), ("[::1]:54880", "http://[::1]:54880"),
        ])
    func addresses(given: String, expected: String) throws {
        #expect(try ServerAddress(given).text == expected)
    }

    @Test("what is no address is an error", arguments: ["", "http://", "ftp://host", "a b", "http://host?x=1"])
    func refused(given: String) {
        #expect(throws: ClientError.badAddress(given)) { try ServerAddress(given) }
    }

    @Test(
        "no proxy stands before this machine",
        arguments: ["localhost", "127.0.0.1:80", "127.8.9.1", "[::1]:80", "https://localhost", "me.localhost"])
    func loopback(given: String) throws {
        let settings = ProxyEnvironment(
            environment: ["http_proxy": "proxy", "https_proxy": "proxy", "ALL_PROXY": "proxy"])
        #expect(try settings.proxy(for: ServerAddress(given)) == nil)
    }

    @Test(
        "the variables mean what they mean to curl",
        arguments: [
            (["http_proxy": "proxy:3128"], "http://box", "proxy:3128"),
            (["http_proxy": "http://proxy"], "http://box", "proxy:1080"),
            (["HTTP_PROXY": "proxy:1"], "http://box", nil),
            (["https_proxy": "proxy:1"], "http://box", nil),
            (["HTTPS_PROXY": "proxy:1"], "https://box", "proxy:1"),
            (["ALL_PROXY": "proxy:1"], "https://box", "proxy:1"),
            (["http_proxy": ""], "http://box", nil),
            (["http_proxy": "proxy:1", "no_proxy": "a.de, box"], "http://box:80", nil),
            (["http_proxy": "proxy:1", "NO_PROXY": ".lan"], "http://box.lan", nil),
            (["http_proxy": "proxy:1", "no_proxy": "ox"], "http://box", "proxy:1"),
            (["http_proxy": "proxy:1", "no_proxy": "*"], "http://box", nil),
        ] as [([String: String], String, String?)])
    func proxies(environment: [String: String], address: String, expected: String?) throws {
        let proxy = try ProxyEnvironment(environment: environment).proxy(for: ServerAddress(address))
        #expect(proxy.map { "\($0.host):\($0.port)" } == expected)
    }

    @Test("a proxy's user and password are taken; another kind of proxy is an error")
    func details() throws {
        let address = try ServerAddress("box")
        let proxy = try ProxyEnvironment(environment: ["http_proxy": "http://me:p%40ss@proxy:1"]).proxy(for: address)
        #expect(proxy?.user == "me" && proxy?.password == "p@ss" && proxy?.host == "proxy" && proxy?.port == 1)
        #expect(throws: ClientError.badProxy(variable: "all_proxy")) {
            try ProxyEnvironment(environment: ["all_proxy": "socks4://x"]).proxy(for: address)
        }
    }
}
