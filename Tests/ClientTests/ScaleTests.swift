import CaptionClient
import Eventually
import Foundation
import Testing

@Suite("vision-client folder and large folders")
struct ScaleTests {
    @Test("a second run on one folder says so, waits for the first one, and finds its work done")
    func secondRun() async throws {
        let (album, latch) = (try Album("a.jpg"), Latch())
        let server = try ScriptedServer { _ in
            latch.pass()
            return .result("new")
        }
        let arguments = ["folder", "CAPTION", "txt", album.path]
        let first = try Client(arguments, environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count == 1 }
        // Another name of the folder is the same folder.
        let second = try Client(
            ["folder", "CAPTION", "txt", album.path + "/."], environment: ["VISION_HOST": server.address])
        try await eventually { second.errors.contains("Another vision-client is at work in ") }
        let plan = try Client.run(arguments + ["--dry-run"])
        #expect(plan.output == "a.jpg: would be captioned\n", "\(plan.errors)")
        latch.open()
        #expect(first.finish().status == 0)
        let run = second.finish()
        #expect(run.status == 0 && run.errors.hasSuffix("skipped 1 captioned before.\n"), "\(run.errors)")
        #expect(server.requests.count == 1 && album.files == ["a.jpg", "a.txt"])
    }

    @Test("Ctrl-C ends the wait, and a run that was killed keeps nobody out")
    func endOfWait() async throws {
        let (album, latch) = (try Album("a.jpg"), Latch())
        let server = try ScriptedServer { request in
            if request.number == 1 { latch.pass() }
            return .result("new")
        }
        let arguments = ["folder", "CAPTION", "txt", album.path]
        let first = try Client(arguments, environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count == 1 }
        let second = try Client(arguments, environment: ["VISION_HOST": server.address])
        try await eventually { second.errors.contains("Another vision-client is at work in ") }
        second.send(SIGINT)
        #expect(second.finish().status == 130)
        first.send(SIGKILL)
        _ = first.finish()
        #expect(try Client.run(arguments, server: server).status == 0)
        latch.open()
    }

    @Test(
        "a folder that nothing may be written into is read all the same",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func readOnly() throws {
        let album = try Album("in/a.jpg")
        try album.permit(0o555, "in")
        defer { try? album.permit(0o755, "in") }
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", "in", "--no-captions", "--jsonl", "out.jsonl"], server: server,
            wrapper: Client.heedingPermissions ?? [], folder: album.folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try album.lines("out.jsonl").count == 1)
    }

    @Test(
        "what has its metadata is not read again, unless it has changed",
        .enabled(if: exifToolPath != nil, "exiftool is not installed"), arguments: ["--exif", "--xmp"])
    func journal(option: String) throws {
        let (album, state, tool) = (
            try RealExifTool.album(["a.jpg", "b.jpg", "c.jpg"]), try Album(), try ExifToolStandIn()
        )
        let server = try ScriptedServer { _ in .result("new") }
        func run(_ options: [String] = [], prompt: String = "CAPTION") throws -> ClientRun {
            try Client.run(
                ["folder", prompt, "txt", album.path, "--no-captions", option] + options, server: server,
                environment: tool.environment.merging(["XDG_STATE_HOME": state.path]) { $1 })
        }
        #expect(try run().status == 0)
        #expect(tool.starts.count == 1 && server.requests.count == 3)
        let second = try run()
        #expect(second.errors == "Captioned 0 pictures, skipped 3 with a description of their own.\n")
        #expect(tool.starts.count == 1)
        try album.add("b.jpg", try Data(contentsOf: RealExifTool.picture))
        try? FileManager.default.removeItem(atPath: album.path("b.jpg.xmp"))
        #expect(try run().errors.hasSuffix("Captioned 1 picture, skipped 2 with a description of their own.\n"))
        #expect(tool.starts.count == 2 && server.requests.count == 4)
        // Tags are another matter, and what is replaced needs no memory.
        #expect(try run(prompt: "GENERATE_TAGS").errors.hasSuffix("Captioned 3 pictures.\n"))
        #expect(try run(["--overwrite"]).errors.hasSuffix("Captioned 3 pictures.\n"))
        #expect(state.files.count == 2, "\(state.files)")
    }

    @Test(
        "so is a picture that needs no sidecar, as it has words of its own",
        .enabled(if: exifToolPath != nil, "exiftool is not installed"))
    func journalWithoutSidecar() throws {
        let (album, state, tool) = (try RealExifTool.album(["a.jpg"]), try Album(), try ExifToolStandIn())
        let server = try ScriptedServer { _ in .result("new") }
        for (option, starts) in [("--exif", 1), ("--xmp", 2), ("--xmp", 2), ("--exif", 2)] {
            let run = try Client.run(
                ["folder", "CAPTION", "txt", album.path, "--no-captions", option], server: server,
                environment: tool.environment.merging(["XDG_STATE_HOME": state.path]) { $1 })
            #expect(run.status == 0 && tool.starts.count == starts, "\(run.errors)")
        }
        #expect(server.requests.count == 1 && album.files == ["a.jpg"])
    }

    @Test("--jobs auto captions all, and a server that is full gets fewer at once")
    func adaptive() throws {
        let album = try Album()
        for index in 0..<60 { try album.add("\(index).jpg") }
        let server = try ScriptedServer { .result("of \($0.image)") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "auto", "--quiet"], server: server)
        #expect(run.status == 0 && run.errors == "Captioned 60 pictures.\n", "\(run.errors)")
        let now = ContinuousClock.now
        var pool = ServerPool(count: 1, slots: nil, patience: nil)
        for _ in 0..<2 { #expect(pool.take(now: now) == .use(0)) }
        #expect(pool.take(now: now) == .wait(until: nil))
        for _ in 0..<2 { pool.giveBack(0, .busy("Full.", retryAfter: .seconds(1)), now: now) }
        let later = now + .seconds(2)
        #expect(pool.take(now: later) == .use(0))
        pool.giveBack(0, .answered(.null), now: later)
        #expect(pool.take(now: later) == .use(0))
        #expect(pool.take(now: later) == .wait(until: nil))
    }
}
