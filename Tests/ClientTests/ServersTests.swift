import Eventually
import Foundation
import Synchronization
import Testing

@Suite("vision-client folder with busy, lost and several servers")
struct ServersTests {
    private static let images = (0..<12).map { "\($0).jpg" }

    private func album() throws -> Album {
        let album = try Album()
        for name in Self.images { try album.add(name) }
        return album
    }

    private func captions(_ album: Album) -> [String] {
        album.files.filter { $0.hasSuffix(".txt") }.sorted()
    }

    @Test("--jobs images are in flight at once, two when it is not given", arguments: [nil, 1, 5, 12])
    func jobs(jobs: Int?) async throws {
        let album = try album()
        let latch = Latch()
        let server = try ScriptedServer { _ in
            latch.pass()
            return .result("a")
        }
        let options = jobs.map { ["--jobs", "\($0)"] } ?? []
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path] + options, environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count >= jobs ?? 2 }
        // Nothing is answered yet, so no more can come: a request too many would be on its way by now as a rule.
        for _ in 0..<1000 { await Task.yield() }
        #expect(server.requests.count == jobs ?? 2)
        latch.open()
        #expect(client.finish().status == 0)
        #expect(captions(album).count == Self.images.count)
    }

    @Test("what a busy server refused is sent again, and is no failure")
    func busy() throws {
        let album = try album()
        let server = try ScriptedServer { request in
            request.number == 2 ? .busy("The queue is full.") : .result("a")
        }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("The queue is full.\n"))
        #expect(captions(album).count == Self.images.count)
        #expect(server.requests.count == Self.images.count + 1)
    }

    @Test("two servers share the work; the busy one gets less")
    func share() throws {
        let album = try album()
        let latch = Latch()
        let slow = try ScriptedServer { _ in
            latch.pass()
            return .result("slow")
        }
        let count = Atomic(0)
        let fast = try ScriptedServer { _ in
            if count.add(1, ordering: .relaxed).newValue == Self.images.count - 2 { latch.open() }
            return .result("fast")
        }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--server", slow.address, "--server", fast.address])
        #expect(run.status == 0, "\(run.errors)")
        #expect(slow.requests.count == 2)
        #expect(fast.requests.count == Self.images.count - 2)
        #expect(captions(album).count == Self.images.count)
    }

    @Test("a server that is down is left out, and its images go to the other one")
    func oneDown() throws {
        let album = try album()
        let server = try ScriptedServer { _ in .result("a") }
        let down = "127.0.0.1:\(try ScriptedServer.freePort())"
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--server", down, "--server", server.address])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("http://\(down) cannot be reached."))
        #expect(captions(album).count == Self.images.count)
    }

    @Test("a server that goes and comes back is tried again, and loses nothing")
    func comesBack() async throws {
        let album = try album()
        let port = try ScriptedServer.freePort()
        let first = try ScriptedServer(port: port) { request in request.number > 2 ? .hangUpForGood : .result("before")
        }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1"], environment: ["VISION_HOST": first.address])
        try await eventually { first.requests.count > 2 }
        #expect(captions(album).count == 2)
        var server: ScriptedServer?
        try await eventually {
            server = try? ScriptedServer(port: port) { _ in .result("after") }
            return server != nil
        }
        let second = try #require(server)
        let run = client.finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(captions(album).count == Self.images.count)
        #expect(second.requests.count == Self.images.count - 2)
    }

    @Test("an image that brings servers down is given up after five times; the others are captioned")
    func poison() throws {
        let album = try album()
        let server = try ScriptedServer { request in request.image == "3.jpg" ? .hangUp : .result("a") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("3.jpg failed: \(server.address) closed the connection without an answer."))
        #expect(server.images.filter { $0 == "3.jpg" }.count == 5)
        #expect(captions(album).count == Self.images.count - 1)
    }

    @Test("no server at all is said at once, and nothing is written")
    func noneAtAll() throws {
        let album = try album()
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--failures", album.path("f.jsonl")],
            environment: ["VISION_HOST": "127.0.0.1:\(try ScriptedServer.freePort())"])
        #expect(run.status == 1)
        #expect(run.errors.components(separatedBy: "cannot be reached. Is the server running?").count == 2, "said once")
        #expect(run.errors.contains("The same command goes on with the other pictures."))
        #expect(captions(album).isEmpty)
        #expect(album.text("f.jsonl") == "")
    }

    @Test("servers that stay away end the run when patience is over")
    func patience() throws {
        let album = try album()
        let server = try ScriptedServer { request in request.number > 4 ? .status(502, "") : .result("a") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--patience", "0"], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("answered with status 502 and no explanation."))
        #expect(captions(album).count == 4)
    }

    @Test(
        "what every image would be told ends the run, with the server's sentence once",
        arguments: [
            (400, "Unknown prompt \\\"nonsense\\\". Valid prompts: <CAPTION>.", "invalid_prompt"),
            (401, "A key is needed.", "unauthorized"), (503, "The model cannot be loaded.", "model_unavailable"),
        ])
    func unusable(status: Int, detail: String, code: String) throws {
        let album = try album()
        let server = try ScriptedServer { _ in .status(status, #"{"detail":"\#(detail)","code":"\#(code)"}"#) }
        let run = try Client.run(["folder", "nonsense", "txt", album.path], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains(detail.replacing("\\", with: "")), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").filter { $0.contains(detail.replacing("\\", with: "")) }.count == 1)
        #expect(run.errors.contains("The same command goes on") == (code != "invalid_prompt"), "\(run.errors)")
        #expect(server.requests.count <= 2)
        #expect(captions(album).isEmpty)
    }

    @Test("a server that cannot get its model ends the run when patience is over")
    func noModel() throws {
        let album = try album()
        let server = try ScriptedServer { _ in .noModel("The hub cannot be reached.") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--patience", "1"], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("The run has ended early: The hub cannot be reached."), "\(run.errors)")
        #expect(captions(album).isEmpty)
    }

    @Test("a server with another key is left out; the rest does the work")
    func oneUnusable() throws {
        let album = try album()
        let locked = try ScriptedServer { _ in .status(401, #"{"detail":"A key is needed."}"#) }
        let server = try ScriptedServer { _ in .result("a") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--server", locked.address, "--server", server.address])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("A key is needed."))
        #expect(locked.requests.count <= 2)
        #expect(captions(album).count == Self.images.count)
    }
}
