import Eventually
import Foundation
import Testing

@Suite("vision-client folder and Ctrl-C")
struct InterruptTests {
    private func album() throws -> Album {
        try Album("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    }

    @Test(
        "the first signal lets the images in flight be finished, and asks about no more",
        arguments: [SIGINT, SIGTERM])
    func once(signal: Int32) async throws {
        let album = try album()
        let latch = Latch()
        let server = try ScriptedServer { request in
            if request.number > 1 { latch.pass() }
            return .result("of \(request.image)")
        }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1"], environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count == 2 }
        client.send(signal)
        try await eventually { client.errors.contains("Ctrl-C again ends at once.") }
        latch.open()
        let run = client.finish()
        #expect(run.status == 128 + signal)
        #expect(run.errors.hasSuffix("Captioned 2 pictures.\n"), "\(run.errors)")
        #expect(album.text("a.txt") == "of a.jpg\n" && album.text("b.txt") == "of b.jpg\n")
        #expect(album.files == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "a.txt", "b.txt"])
        let again = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(again.status == 0)
        #expect(server.images == ["a.jpg", "b.jpg"] + server.images.suffix(2))
        #expect(Set(server.images.suffix(2)) == ["c.jpg", "d.jpg"])
    }

    @Test("a second signal ends at once, with what is done done and no temporary file")
    func twice() async throws {
        let album = try album()
        let latch = Latch()
        let server = try ScriptedServer { request in
            if request.number > 1 { latch.pass() }
            return .result("of \(request.image)")
        }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1"], environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count == 2 }
        client.send(SIGINT)
        try await eventually { client.errors.contains("Ctrl-C again ends at once.") }
        client.send(SIGINT)
        let run = client.finish()
        #expect(run.status == 130)
        #expect(run.errors.hasSuffix("Captioned 1 picture.\n"), "\(run.errors)")
        latch.open()
        #expect(album.files == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "a.txt"])
    }

    @Test("waiting for a busy server or one that is gone ends at the first signal")
    func waiting() async throws {
        for answer in [ScriptedServer.Answer.busy("Busy.", retryAfter: 300), .hangUp] {
            let album = try album()
            let server = try ScriptedServer { request in request.number == 1 ? .result("a") : answer }
            let client = try Client(
                ["folder", "CAPTION", "txt", album.path, "--jobs", "1"], environment: ["VISION_HOST": server.address])
            try await eventually { server.requests.count >= 2 && client.errors.split(separator: "\n").count >= 2 }
            client.send(SIGINT)
            let run = client.finish()
            #expect(run.status == 130, "\(run.errors)")
            #expect(album.files.filter { $0.hasSuffix(".txt") }.sorted() == ["a.txt"])
        }
    }

    @Test("killed at any time, a caption file is whole or not there")
    func killed() async throws {
        let caption = String(repeating: "long caption ", count: 10_000) + "end"
        let album = try Album()
        for index in 0..<40 { try album.add("\(index).jpg") }
        for count in [1, 4, 9] {
            let latch = Latch()
            let server = try ScriptedServer { request in
                if request.number > count { latch.pass() }
                return .result(caption)
            }
            let client = try Client(
                ["folder", "CAPTION", "txt", album.path], environment: ["VISION_HOST": server.address])
            // Of what is answered now, some is being written.
            try await eventually { server.requests.count > count }
            client.send(SIGKILL)
            #expect(client.finish().status == -SIGKILL)
            for file in album.files where file.hasSuffix(".txt") {
                #expect(album.text(file)?.utf8.count == caption.utf8.count + 1, "\(file)")
            }
            latch.open()
        }
        let server = try ScriptedServer { _ in .result(caption) }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--quiet"], server: server)
        #expect(run.status == 0)
        #expect(album.files.filter { $0.hasSuffix(".txt") }.count == 40)
    }
}
