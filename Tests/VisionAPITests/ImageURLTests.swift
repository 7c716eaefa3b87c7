import Eventually
import Foundation
import Hummingbird
import HummingbirdTesting
import ImageHosts
import Testing
import VisionAPI

@Suite("Pictures at addresses", .timeLimit(.minutes(10)))
struct ImageURLTests {
    private func application(_ fetcher: ImageFetcher?) throws -> some ApplicationProtocol {
        try Demo.application(around: Demo.host(), ServerConfiguration(modelName: "demo", imageFetcher: fetcher))
    }

    private func ask(_ urls: String..., stream: Bool = false) -> String {
        let images = urls.map { #"{"type":"image_url","image_url":{"url":"\#($0)"}}"# }
        let parts = ([Chats.text("<CAPTION>")] + images).joined(separator: ",")
        return Chats.messages([#"{"role":"user","content":[\#(parts)]}"#], stream ? #","stream":true"# : "")
    }

    @Test("a picture of a named host is fetched over HTTPS, in every dialect's field for addresses, and streamed, too")
    func fetched() async throws {
        let host = try await ImageHostProcess()
        let caption = try Demo.text("<CAPTION>")
        let url = host.url("/cat.png?a=b c")
        try await application(host.fetcher()).test(.live) { client in
            let chat = try await client.chat("/v1/chat/completions", ask(url.replacing("/", with: #"\/"#)))
            #expect(try chat.content == caption, "\(String(buffer: chat.body))")
            let plain = try await client.chat("/v1/chat/completions", ask(host.url("/cat.png", scheme: "http")))
            #expect(try plain.content == caption, "\(String(buffer: plain.body))")
            let responses = try await client.chat(
                "/v1/responses",
                #"{"input":[{"role":"user","content":[{"type":"input_text","text":"<CAPTION>"},"#
                    + #"{"type":"input_image","image_url":"\#(url)"}]}]}"#)
            #expect(String(buffer: responses.body).contains(#"\"FISH\""#), "\(String(buffer: responses.body))")
            let stream = try await client.chat("/v1/chat/completions", ask(url, stream: true))
            #expect(stream.headers[.contentType] == "text/event-stream" && stream.events.last == "[DONE]")
            let two = try await client.chat("/v1/chat/completions", ask(url, "data:image/png;base64," + Chats.base64))
            #expect(try two.content?.contains("Image 2: \(caption)") == true)
        }
        let requests = try host.requests()
        #expect(requests.first == ["/cat.png?a=b%20c", "\(ImageHostProcess.name):\(host.port)"])
        #expect(requests.count == 5)
    }

    @Test("what cannot be fetched is 400 with a sentence that names the host only, before a stream begins")
    func refusals() async throws {
        let host = try await ImageHostProcess()
        var limits = ImageFetcher.Limits()
        limits.time = .milliseconds(500)
        try await application(host.fetcher(limits: limits)).test(.live) { client in
            for (url, words) in [
                (host.url("/nothing?secret"), "pictures.test has answered with status 404"),
                (host.url("/moved?secret"), "which this server does not follow"),
                (host.url("/slow?secret"), "did not come from pictures.test in time"),
                (host.url("/announced?secret"), "is larger than 32 MB"),
                (host.url("/cat.png?secret", host: "other.test"), "does not fetch pictures from other.test."),
                ("https://pictures.test:1/cat.png?secret", "does not fetch pictures from port 1 of pictures.test"),
                ("https://ann:secret@pictures.test/cat.png", "must hold no name and no password"),
                ("ftp://pictures.test/secret", "is none of the web"), ("/etc/secret.png", "is none of the web"),
                ("file:///etc/secret.png", "is none of the web"), ("https://[::1]/secret", "is none of the web"),
            ] {
                for isStreamed in [false, true] {
                    let answer = try await client.chat("/v1/chat/completions", ask(url, stream: isStreamed))
                    let message = try answer.message ?? ""
                    #expect(answer.status == .badRequest && message.contains(words), "\(url): \(message)")
                    #expect(!message.contains("secret"))
                }
            }
        }
    }

    @Test("an endless picture is given up at the limit, and together they may be no larger than a body")
    func sizes() async throws {
        let host = try await ImageHostProcess()
        let fetcher = try host.fetcher()
        let url = try fetcher.check(host.url("/large"))
        await #expect(throws: ImageFetchError.tooLarge(limit: 1 << 20)) {
            try await fetcher.fetch(url, upTo: 1 << 20, fetcher.share())
        }
        var limits = ImageFetcher.Limits()
        limits.bytes = 1 << 20
        let small = try host.fetcher(limits: limits)
        let share = small.share()
        await #expect(throws: ImageFetchError.busy) { try await small.fetch(url, upTo: 32 << 20, share) }
        // What has come is held until its request lets go of it.
        #expect(throws: ImageFetchError.busy) { try small.share().add(1 << 20) }
        share.release()
        share.release()
        let next = small.share()
        try next.add(1 << 20)
        #expect(throws: ImageFetchError.busy) { try small.share().add(1) }
        next.release()
        #expect(throws: ImageFetchError.busy) { try small.share().add(1 << 19, beside: 1 << 20) }
        try small.share().add(1 << 19, beside: 1 << 19)
    }

    @Test("what chats hold while a picture is fetched for them counts, and who comes when it is too much gets 429")
    func waiting() async throws {
        let host = try await ImageHostProcess()
        var limits = ImageFetcher.Limits()
        limits.time = .seconds(600)
        limits.bytes = 6 * Demo.image.count
        let own = "data:image/png;base64," + Chats.base64
        let (held, more) = (ask(own, own, host.url("/held")), ask(own, own, own, host.url("/cat.png")))
        let fetcher = try host.fetcher(limits: limits)
        // Many at the same time; a live client has one connection.
        try await application(fetcher).test(.router) { client in
            try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for number in 1...2 {
                    group.addTask { try await client.chat("/v1/chat/completions", held) }
                    try await eventually("a picture is asked for") { try host.requests().count == number }
                }
                let refused = try await client.chat("/v1/chat/completions", more)
                #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "2")
                #expect(try refused.message == "\(ImageFetchError.busy)")
                #expect(try host.requests().count == 2)
                let opening = try fetcher.check(host.url("/open"))
                await #expect(throws: ImageFetchError.status("pictures.test", 404)) {
                    try await fetcher.fetch(opening, upTo: 1 << 10, fetcher.share())
                }
                for try await answer in group { #expect(answer.status == .ok, "\(String(buffer: answer.body))") }
            }
            let later = try await client.chat("/v1/chat/completions", more)
            #expect(later.status == .ok, "\(String(buffer: later.body))")
        }
    }

    @Test(
        "the address that was looked at is the one that is dialled; one that is not public is refused, among others, too"
    )
    func networks() async throws {
        let host = try await ImageHostProcess()
        let url = try host.fetcher().check(host.url("/cat.png"))
        for addresses in [[[127, 0, 0, 1]], [[8, 8, 8, 8], [10, 0, 0, 1]], [[UInt8]]()] as [[[UInt8]]] {
            let fetcher = try host.fetcher(addresses: addresses, isAllowed: { $0.isPublic })
            let error = await #expect(throws: ImageFetchError.self) {
                try await fetcher.fetch(url, upTo: 1 << 20, fetcher.share())
            }
            #expect(error == (addresses.isEmpty ? .unknownHost("pictures.test") : .closedNetwork("pictures.test")))
        }
        // The second address counts where nobody answers at the first.
        let second = try host.fetcher(addresses: [[127, 0, 0, 9], [127, 0, 0, 1]])
        #expect(try await second.fetch(url, upTo: 1 << 20, second.share()) == Array(Demo.image))
        #expect(try host.requests().count == 1)
    }

    @Test("a certificate that nobody vouches for, and one for another name, are refused")
    func certificates() async throws {
        let host = try await ImageHostProcess()
        let fetcher = try host.fetcher(authorities: nil)
        let url = try fetcher.check(host.url("/cat.png"))
        let error = await #expect(throws: ImageFetchError.self) {
            try await fetcher.fetch(url, upTo: 1 << 20, fetcher.share())
        }
        #expect("\(try #require(error))".contains("certificate"))
        let other = ImageFetcher(
            hosts: [try #require(ImageHost("other.test:\(host.port)"))],
            authorities: ImageHostProcess.certificate.path,
            resolve: { _, _ in [NetworkAddress(bytes: [127, 0, 0, 1])].compactMap(\.self) }, isAllowed: { _ in true })
        let foreign = try other.check(host.url("/cat.png", host: "other.test"))
        let refusal = await #expect(throws: ImageFetchError.self) {
            try await other.fetch(foreign, upTo: 1 << 20, other.share())
        }
        #expect("\(try #require(refusal))".contains("certificate"))
        #expect(try host.requests().isEmpty)
    }

    @Test("without a named host no address is fetched, nor is one in fields that take no addresses")
    func off() async throws {
        try await application(nil).test(.live) { client in
            let answer = try await client.chat("/v1/chat/completions", ask("https://pictures.test/cat.png"))
            #expect(answer.status == .badRequest)
            #expect(try answer.message?.contains("does not fetch pictures from addresses") == true)
        }
        let host = try await ImageHostProcess()
        try await application(host.fetcher()).test(.live) { client in
            let list = try await client.chat(
                "/api/generate", #"{"prompt":"<CAPTION>","images":["\#(host.url("/cat.png"))"]}"#)
            #expect(list.status == .badRequest)
            let native = try await client.chat(
                "/process_image", #"{"prompt":"<CAPTION>","image":"\#(host.url("/cat.png"))"}"#)
            #expect(native.status == .badRequest)
        }
        #expect(try host.requests().isEmpty)
    }
}
