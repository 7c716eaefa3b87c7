import Foundation
import ModelHub
import Testing

@Suite("The hub's environment variables")
struct ConfigurationTests {
    private func folder(_ environment: [String: String]) throws -> String {
        try HubConfiguration(environment: environment, home: "/home/ann").cacheFolder
    }

    @Test("the cache is where Python's tools have it")
    func cacheFolder() throws {
        #expect(try folder([:]) == "/home/ann/.cache/huggingface/hub")
        #expect(try folder(["XDG_CACHE_HOME": "/x"]) == "/x/huggingface/hub")
        #expect(try folder(["HF_HOME": "/h", "XDG_CACHE_HOME": "/x"]) == "/h/hub")
        #expect(try folder(["HF_HOME": "~/h"]) == "/home/ann/h/hub")
        #expect(try folder(["HF_HOME": "$DATA/${SUB}/h", "DATA": "/d", "SUB": "s"]) == "/d/s/h/hub")
        #expect(try folder(["HF_HOME": "", "HF_HUB_CACHE": ""]) == "/home/ann/.cache/huggingface/hub")
        #expect(try folder(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/h"]) == "/old")
        #expect(try folder(["HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"]) == "/new")
    }

    @Test("offline by either variable, with the words that Python takes")
    func offline() throws {
        for word in ["1", "true", "TRUE", "yes", "On"] {
            #expect(try HubConfiguration(environment: ["HF_HUB_OFFLINE": word], home: "/").isOffline)
            #expect(try HubConfiguration(environment: ["TRANSFORMERS_OFFLINE": word], home: "/").isOffline)
        }
        for word in ["", "0", "no", "false"] {
            #expect(try !HubConfiguration(environment: ["HF_HUB_OFFLINE": word], home: "/").isOffline)
        }
        let both = ["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"]
        #expect(try !HubConfiguration(environment: both, home: "/").isOffline)
    }

    @Test(
        "what cannot be used is named, without its value",
        arguments: [
            ("HF_ENDPOINT", "huggingface.co/secret"), ("HF_ENDPOINT", "ftp://secret"), ("HF_ENDPOINT", "https://"),
            ("HF_ENDPOINT", "https://ann:secret@hub.example"), ("HF_HUB_DOWNLOAD_TIMEOUT", "secret"),
            ("HF_HUB_DOWNLOAD_TIMEOUT", "-1"), ("HF_HUB_ETAG_TIMEOUT", "1.5"), ("HF_HUB_ETAG_TIMEOUT", "1000000"),
            ("HTTPS_PROXY", "https://ann:secret@proxy:3128"), ("https_proxy", "gopher://secret"),
            ("ALL_PROXY", "socks4://ann:secret@proxy"), ("HTTP_PROXY", "http://"), ("HTTP_PROXY", "http://x:99999"),
            ("HF_TOKEN", "hf_sécret"), ("HF_TOKEN", "hf_secret with spaces"),
            ("HUGGING_FACE_HUB_TOKEN", "a\u{7F}secret"),
        ])
    func refused(variable: String, value: String) {
        #expect {
            try HubConfiguration(environment: [variable: value], home: "/")
        } throws: { error in
            guard case ModelHubError.invalidSetting(variable, _) = error else { return false }
            return "\(error)".contains(variable) && !"\(error)".contains("secret")
        }
    }

    @Test("no way of printing the configuration shows the token")
    func hiddenToken() throws {
        let configuration = try HubConfiguration(environment: ["HF_TOKEN": "hf_secret"], home: "/")
        #expect(configuration.hasToken)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hf_secret"))
        }
    }

    private func origin(_ address: String) throws -> Origin {
        let url = try #require(URL(string: address))
        return try #require(Origin(url))
    }

    @Test("only addresses that nobody can read along are private")
    func privacy() throws {
        for address in [
            "https://huggingface.co", "http://localhost:1", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:8",
        ] {
            #expect(try origin(address).isPrivate, "\(address)")
        }
        for address in [
            "http://huggingface.co", "http://127.0.0.1.example.com", "http://10.0.0.1", "http://localhost.example",
        ] {
            #expect(try !origin(address).isPrivate, "\(address)")
        }
    }
}
