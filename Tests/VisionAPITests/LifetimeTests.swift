import Captioning
import Eventually
import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Loopback
import Serving
import Synchronization
import Testing
import VisionAPI
import VisionAPITypes

@Suite("The model's life, as clients see and steer it")
struct LifetimeTests {
    private func status(_ client: some TestClientProtocol) async throws -> StatusBody {
        try await client.get("/status").decoded(StatusBody.self)
    }

    @Test("load brings the model, unload sends it away, and neither answers before it is done")
    func loadAndUnload() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            #expect(try await status(client).state == "unloaded")
            let load = try await client.execute(uri: "/load", method: .post)
            #expect(load.status == .ok)
            #expect(try load.decoded(LoadBody.self).state == "idle")
            #expect(loads.value == 1)
            let unload = try await client.execute(uri: "/unload", method: .post)
            #expect(unload.status == .ok)
            #expect(try unload.decoded(LoadBody.self).state == "unloaded")
            let again = try await client.execute(uri: "/unload", method: .post)
            #expect(again.status == .ok)
        }
    }

    @Test("keep_alive says how long the model stays, in every form")
    func keepAlive() async throws {
        try await Demo.application().test(.router) { client in
            for (value, seconds) in [("10", 10.0), ("\"10m\"", 600), ("\"1h\"", 3600), ("7.5", 8)] {
                let load = try await client.execute(
                    uri: "/load", method: .post, body: ByteBuffer(string: "{\"keep_alive\": \(value)}"))
                #expect(load.status == .ok)
                let left = try #require(try await status(client).unloadsInSeconds)
                #expect(left <= seconds && left > seconds - 5, "\(value)")
            }
            for forever in ["-1", "-0.5", "\"-1m\""] {
                _ = try await client.execute(
                    uri: "/load", method: .post, body: ByteBuffer(string: "{\"keep_alive\": \(forever)}"))
                let kept = try await status(client)
                #expect(kept.state == "idle" && kept.unloadsInSeconds == nil, "\(forever)")
            }
            let body =
                "{\"image\": \"\(Demo.image.base64EncodedString())\", \"prompt\": \"<CAPTION>\", \"keep_alive\": 0}"
            let caption = try await client.post(Data(body.utf8))
            #expect(caption.status == .ok)
            try await eventually { (try? await status(client).state) == "unloaded" }
        }
    }

    @Test(
        "a keep_alive that means nothing is refused",
        arguments: [
            "\"soon\"", "1e300", "\"\"", "4294967296", "\"999999h\"",
            // Understood if it were short.
            "\"\(String(repeating: "0s", count: 33))\"",
        ])
    func badKeepAlive(value: String) async throws {
        try await Demo.application().test(.router) { client in
            let body = "{\"image\": \"\", \"prompt\": \"<CAPTION>\", \"keep_alive\": \(value)}"
            let response = try await client.post(Data(body.utf8))
            #expect(response.status == .badRequest)
            let detail = try response.detail
            #expect(detail.contains("keep_alive"))
        }
    }

    @Test("status tells the queue, the counters and every task, and wakes nothing")
    func statusBody() async throws {
        let loads = LoadCount()
        try await Demo.application(extraPrompts: ["<DocVQA>"], loads: loads).test(.router) { client in
            let before = try await status(client)
            #expect(before.model == "demo" && before.precision == "fp32" && !before.stopping)
            #expect(before.prompts.count == 20 && before.prompts.last == "<DocVQA>")
            #expect(before.queue.maxQueued == 64 && before.queue.waiting == 0)
            #expect(try #require(before.memory.residentBytes) > 1 << 20)
            #expect(loads.value == 0)
            _ = try await client.processImage("<CAPTION>")
            _ = try await client.processImage("<CAPTION>", image: "!")
            let after = try await status(client)
            #expect(after.counters.accepted == 2 && after.counters.answered == 1)
            #expect(after.counters.invalid == 1 && after.counters.failed == 0)
            #expect(after.counters.loads == 1)
        }
    }

    @Test("health stays 200 and ready turns 503 with a full queue; the next request is refused before its body comes")
    func fullQueue() async throws {
        let gate = DispatchSemaphore(value: 0)
        let host = Demo.host(limits: .init(maxQueued: 2)) { gate.wait() }
        try await Demo.application(around: host).test(.ahc(.http)) { client in
            // The service stops when this block ends, and waits for the load.
            defer { gate.signal() }
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<2 { group.addTask { try await client.processImage("<CAPTION>").status } }
                try await eventually { await host.status.waiting == 2 }
                let ready = try await client.get("/ready")
                #expect(ready.status == .serviceUnavailable)
                #expect(ready.headers[.retryAfter] != nil)
                #expect(try await client.get("/health").status == .ok)
                let connection = try LoopbackConnection(port: try #require(client.port))
                try connection.send("POST /process_image HTTP/1.1\r\nHost: localhost\r\n")
                try connection.send("Content-Length: 30000000\r\n\r\n{")
                let refusal = await connection.receive(until: "}")
                #expect(refusal.hasPrefix("HTTP/1.1 503 "))
                #expect(refusal.lowercased().contains("retry-after: "))
                #expect(refusal.contains("2 requests wait already"))
                gate.signal()
                for try await status in group { #expect(status == .ok) }
            }
            try await eventually { (try? await client.get("/ready").status) == .ok }
        }
    }

    @Test("while files are downloaded requests are told at once how far it is; then they are served")
    func download() async throws {
        let (arrival, arrive) = AsyncStream.makeStream(of: Void.self)
        let store = CaptionService.Store(name: "some/model", clock: ContinuousClock()) { report in
            report(DownloadProgress(bytesDone: 120_000_000, bytesTotal: 3_290_000_000, secondsLeft: 180))
            for await _ in arrival {}
            return try ModelAssets(files: Demo.files)
        }
        try await Demo.application(around: Demo.host(), store: store).test(.router) { client in
            #expect(try await client.get("/ready").status == .ok)
            _ = try await client.processImage("<CAPTION>")
            try await eventually { (try? await status(client).download?.bytesTotal) == 3_290_000_000 }
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "60")
            #expect(try response.code == .modelDownloading)
            #expect(try await client.get("/ready").headers[.retryAfter] == "60")
            let detail = try response.detail
            #expect(
                detail
                    == "The model some/model is being downloaded: 120 of 3290 MB, about 3 minutes left. "
                    + "Send the request again later.")
            #expect(try await status(client).state == "downloading")
            let ready = try await client.get("/ready")
            #expect(ready.status == .serviceUnavailable)
            #expect(!String(buffer: ready.body).contains("some/model"))
            arrive.finish()
            try await eventually { (try? await client.get("/ready").status) == .ok }
            #expect(try await client.processImage("<CAPTION>").status == .ok)
        }
    }

    @Test("a download that fails is told once asked again, without an invitation to wait")
    func failedDownload() async throws {
        struct NoHub: Error, CustomStringConvertible { let description = "The hub cannot be reached." }
        let store = CaptionService.Store(name: "some/model", clock: ContinuousClock()) { _ in
            throw NoHub()
        }
        try await Demo.application(around: Demo.host(), store: store).test(.router) { client in
            #expect(try await status(client).failure == nil)
            _ = try await client.processImage("<CAPTION>")
            try await eventually { (try? await status(client).state) == "failed" }
            let told = try await status(client)
            #expect(told.failure == "The hub cannot be reached." && told.counters.failedLoads == 1)
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == nil)
            let detail = try response.detail
            #expect(detail == "The model some/model could not be downloaded. The hub cannot be reached.")
            #expect(try await client.get("/ready").status == .serviceUnavailable)
        }
    }

    @Test("where the cause may pass by itself, a failed download does invite to wait")
    func passingFailure() async throws {
        struct NoHub: Error, CustomStringConvertible { let description = "The hub cannot be reached." }
        let store = CaptionService.Store(
            name: "some/model", clock: ContinuousClock(), isTemporary: { $0 is NoHub }
        ) { _ in
            throw NoHub()
        }
        try await Demo.application(around: Demo.host(), store: store).test(.router) { client in
            _ = try await client.processImage("<CAPTION>")
            try await eventually { (try? await status(client).state) == "failed" }
            let response = try await client.processImage("<CAPTION>")
            #expect(response.headers[.retryAfter] == "30")
            #expect(try response.code == .modelUnavailable)
        }
    }

    @Test("while the hub cannot be asked nothing is said to be on its way, but that it is tried again, and why")
    func triedAgain() async throws {
        let (end, finish) = AsyncStream.makeStream(of: Void.self)
        let store = CaptionService.Store(name: "some/model", clock: ContinuousClock()) { report in
            report(DownloadProgress(trouble: "hub.example: nobody answers there."))
            report(DownloadProgress())
            for await _ in end {}
            report(DownloadProgress(bytesDone: 1_000_000))
            return try ModelAssets(files: Demo.files)
        }
        try await Demo.application(around: Demo.host(), store: store).test(.router) { client in
            _ = try await client.processImage("<CAPTION>")
            try await eventually { (try? await status(client).state) == "failed" }
            let told = try await status(client)
            #expect(told.failure == "hub.example: nobody answers there." && told.download == nil)
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .serviceUnavailable && response.headers[.retryAfter] == "5")
            #expect(try response.code == .modelUnavailable)
            #expect(
                try response.detail
                    == "The model some/model could not be downloaded yet; it is tried again. "
                    + "hub.example: nobody answers there. Send the request again later.")
            let ready = try await client.get("/ready")
            #expect(try ready.code == .modelUnavailable)
            finish.finish()
            try await eventually { (try? await client.get("/ready").status) == .ok }
            #expect(try await status(client).failure == nil)
        }
    }

    @Test("a model that cannot be loaded: the status says why")
    func failedLoad() async throws {
        struct NoMemory: Error, CustomStringConvertible { let description = "There is no memory." }
        let host = Demo.host { throw NoMemory() }
        try await Demo.application(around: host).test(.router) { client in
            _ = try await client.processImage("<CAPTION>")
            let told = try await status(client)
            #expect(told.state == "failed" && told.failure == "There is no memory.")
            #expect(told.counters.failedLoads == 1)
        }
    }

    @Test("a model that is asked for at the start is loaded before anybody comes")
    func preload() async throws {
        let loads = LoadCount()
        let host = Demo.host { try loads.next() }
        try await Demo.application(around: host, .init(modelName: "demo", preload: true)).test(.live) { client in
            try await eventually { (try? await status(client).state) == "idle" }
            #expect(loads.value == 1)
        }
    }
}
