import Eventually
import Foundation
import Testing

@Suite("vision-client folder --report")
struct ReportTests {
    /// What a server answers with a thumbnail, where it is asked for one.
    private static func server(
        _ answer: @escaping @Sendable (_ prompt: String, _ image: String) -> String
    ) throws -> ScriptedServer {
        try ScriptedServer { request in
            if request.image.hasPrefix("bad") { return .status(422, #"{"detail":"This is no picture <b>."}"#) }
            let prompts = request.field("prompt") as? [String]
            var body: [String: Any] = [:]
            if let prompts {
                body["results"] = Dictionary(uniqueKeysWithValues: prompts.map { ($0, answer($0, request.image)) })
            } else {
                body["result"] = answer(request.prompt ?? "", request.image)
            }
            if request.field("thumbnail") != nil {
                body["thumbnail"] = "/9j/" + Data(request.image.utf8).base64EncodedString()
            }
            let json = (try? JSONSerialization.data(withJSONObject: body)) ?? Data()
            return .status(200, String(decoding: json, as: UTF8.self))
        }
    }

    private static func base64(_ name: String) -> String {
        "base64,/9j/" + Data(name.utf8).base64EncodedString() + "\""
    }

    private func run(
        _ album: Album, _ server: ScriptedServer, _ arguments: [String] = ["CAPTION", "txt"], _ options: [String] = []
    ) throws -> ClientRun {
        try Client.run(
            ["folder"] + arguments.prefix(2) + [album.path, "--jobs", "1", "--report", album.path("report.html")]
                + arguments.dropFirst(2) + options, server: server)
    }

    private func page(_ album: Album) -> String { album.text("report.html") ?? "" }

    @Test("pictures, captions of now and before, failures with their reasons; thumbnails outlast the next run")
    func whole() throws {
        let album = try Album("a.jpg", "sub/b.jpg", "bad.jpg", "old.jpg", "<i>.jpg")
        try album.add("old.txt", Data("an old caption\n".utf8))
        let server = try Self.server { _, image in image.hasPrefix("<") ? "<script>alert(1)</script>" : "a red car" }
        let first = try run(album, server)
        #expect(first.status == 1, "\(first.errors)")
        #expect(server.requests.allSatisfy { $0.field("thumbnail") as? Int == 160 } && server.requests.count == 4)
        var page = page(album)
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
        for (count, word) in [(5, "pictures"), (3, "captioned"), (1, "captioned before"), (1, "failed")] {
            #expect(page.contains("<dt>\(word)</dt><dd>\(count)</dd>"), "\(word)")
        }
        for name in ["a.jpg", "sub/b.jpg", "<i>.jpg"] { #expect(page.contains(Self.base64(name)), "\(name)") }
        #expect(page.contains("This is no picture &lt;b&gt;.") && page.contains("<li><bdi>bad.jpg</bdi></li>"))
        #expect(page.contains("an old caption") && page.contains("<bdi>old.jpg</bdi> <em>before</em>"))
        #expect(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script") && page.contains("&lt;i&gt;.jpg"))
        #expect(page.contains("1 caption has more than one picture, 2 pictures in all."))
        #expect(page.contains("The run ended at "))
        try album.add("bad.jpg", Data("c.jpg".utf8))
        let second = try run(album, server, ["CAPTION", "txt"], ["--trigger", "rex"])
        #expect(second.status == 0 && server.requests.count == 5, "\(second.errors)")
        page = self.page(album)
        #expect(page.contains("<dt>captioned before</dt><dd>4</dd>") && page.contains("<dt>failed</dt><dd>0</dd>"))
        #expect(page.contains(">rex, a red car<") && !page.contains("This is no picture"))
        for name in ["a.jpg", "sub/b.jpg", "<i>.jpg", "c.jpg"] { #expect(page.contains(Self.base64(name)), "\(name)") }
    }

    @Test("several tasks: lengths of each, tags by frequency, all as they were cleaned and written")
    func tasks() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try album.add("c.tags", Data("Hat, solo\n".utf8))
        let server = try Self.server { prompt, image in
            prompt == "CAPTION" ? "The image shows a dog near \(image.prefix(1))." : "solo, dog, solo"
        }
        let options = ["--trim-preamble", "--dedupe-tags", "--prefix", "my "]
        #expect(try run(album, server, ["CAPTION,GENERATE_TAGS", "txt,tags"], options).status == 0)
        let page = page(album)
        for title in ["Lengths of CAPTION", "Words of CAPTION", "Lengths of GENERATE_TAGS", "Tags of GENERATE_TAGS"] {
            #expect(page.contains("<h2>\(title)</h2>"), "\(title)")
        }
        #expect(
            page.contains("<b>CAPTION</b>my A dog near a.</p>") && page.contains("<b>GENERATE_TAGS</b>my solo, dog</p>")
        )
        #expect(page.contains("<b>GENERATE_TAGS</b>Hat, solo</p>") && album.text("c.txt") == "my A dog near c.\n")
        #expect(
            page.contains("<bdi>dog</bdi></span>")
                && page.contains("4 different tags, of which 2 are in one caption only."))
    }

    @Test(
        "captions that are in one file for all are read again",
        arguments: ["csv", "hf-jsonl", "kohya-json", "jsonl"])
    func formats(format: String) throws {
        let album = try Album("a.jpg", "sub/b.jpg")
        let server = try ScriptedServer.tasks { _, image in "a \"caption\",\nof \(image)" }
        for (run, word) in [(0, "captioned"), (1, "captioned before")] {
            let result = try Client.run(
                ["folder", "CAPTION", album.path, "--format", format, "--report", album.path("report.html")],
                server: server)
            #expect(result.status == 0, "\(result.errors)")
            let page = page(album)
            #expect(page.contains("<dt>\(word)</dt><dd>2</dd>"), "\(run)")
            for name in ["a.jpg", "sub/b.jpg"] {
                #expect(page.contains("a &quot;caption&quot;,\nof \(name)</p>"), "\(run) \(name)")
            }
        }
        #expect(server.requests.count == 2)
    }

    @Test("the page is there from the beginning, comes to show what is done, and is whole after Ctrl-C")
    func interrupted() async throws {
        let (album, latch) = (try Album("a.jpg", "b.jpg", "c.jpg"), Latch())
        let server = try ScriptedServer { request in
            if request.number > 1 { latch.pass() }
            return .result("of \(request.image)")
        }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1", "--report", album.path("report.html")]
                + ["--report-interval", "0.02"], environment: ["VISION_HOST": server.address])
        try await eventually { server.requests.count == 2 }
        try await eventually { page(album).contains("of a.jpg</p>") }
        #expect(page(album).contains("The run was going on at ") && page(album).contains("<dt>left</dt><dd>2</dd>"))
        #expect(page(album).contains("the server has sent none") && page(album).hasSuffix("</html>\n"))
        client.send(SIGINT)
        try await eventually { client.errors.contains("Ctrl-C again ends at once.") }
        latch.open()
        #expect(client.finish().status == 130)
        #expect(page(album).contains("The run was stopped at ") && page(album).contains("<dt>left</dt><dd>1</dd>"))
        #expect(page(album).contains("of b.jpg</p>") && page(album).hasSuffix("</html>\n"))
        #expect(album.files == ["a.jpg", "b.jpg", "c.jpg", "a.txt", "b.txt", "report.html"])
    }

    @Test("killed at any time, the page is whole")
    func killed() async throws {
        let album = try Album()
        for index in 0..<40 { try album.add("\(index).jpg") }
        for count in [2, 9, 20] {
            let latch = Latch()
            let server = try ScriptedServer { request in
                if request.number > count { latch.pass() }
                return .result(String(repeating: "long caption ", count: 1000))
            }
            let client = try Client(
                ["folder", "CAPTION", "txt", album.path, "--report", album.path("report.html")]
                    + ["--report-interval", "0.01"], environment: ["VISION_HOST": server.address])
            try await eventually { server.requests.count > count }
            client.send(SIGKILL)
            #expect(client.finish().status == -SIGKILL)
            #expect(page(album).hasSuffix("</html>\n"))
            latch.open()
        }
    }

    @Test(
        "a run that goes on and is killed, before its first renewal or after, loses no thumbnail",
        arguments: [("86400", false), ("0.01", true)])
    func keptWhenKilled(interval: String, isRenewed: Bool) async throws {
        let (album, latch) = (try Album("b.jpg", "c.jpg", "d.jpg"), Latch())
        #expect(try run(album, try Self.server { _, _ in "a dog" }).status == 0)
        let before = page(album)
        // While the first one is asked about, and the second one waits, none of the others is looked at.
        for name in ["a1.jpg", "a2.jpg"] { try album.add(name) }
        let slow = try ScriptedServer { _ in
            latch.pass()
            return .result("a cat")
        }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1", "--report", album.path("report.html")]
                + ["--report-interval", interval], environment: ["VISION_HOST": slow.address])
        try await eventually { slow.requests.count == 1 }
        if isRenewed { try await eventually { page(album).contains("The run was going on at ") } }
        client.send(SIGKILL)
        #expect(client.finish().status == -SIGKILL)
        latch.open()
        #expect(isRenewed || page(album) == before)
        #expect(try run(album, try Self.server { _, _ in "a cat" }).status == 0)
        for name in ["a1.jpg", "a2.jpg", "b.jpg", "c.jpg", "d.jpg"] {
            #expect(page(album).contains("<img alt=\"\" src=\"data:image/jpeg;" + Self.base64(name)), "\(name)")
        }
        // What is gone from the folder goes from the page.
        for name in ["b.jpg", "b.txt"] { try FileManager.default.removeItem(atPath: album.path(name)) }
        #expect(try run(album, try Self.server { _, _ in "a cat" }).status == 0)
        #expect(page(album).contains(Self.base64("c.jpg")) && !page(album).contains(Self.base64("b.jpg").dropLast()))
    }

    @Test("a report of pictures that had captions before says once why it has no thumbnails, and what gives them")
    func captionedBefore() throws {
        let album = try Album("a.jpg", "b.jpg")
        let server = try Self.server { _, _ in "a dog" }
        #expect(try Client.run(["folder", "CAPTION", "txt", album.path], server: server).status == 0)
        #expect(try run(album, server).status == 0)
        #expect(page(album).ranges(of: "None of these pictures has a thumbnail: ").count == 1)
        #expect(page(album).contains("<b>--overwrite</b>") && !page(album).contains("<img"))
        try album.add("c.jpg")
        #expect(try run(album, server).status == 0)
        #expect(page(album).contains("2 of these pictures have no thumbnail: ") && page(album).contains("<img"))
        #expect(try run(album, server, ["CAPTION", "txt"], ["--overwrite"]).status == 0)
        #expect(page(album).matches(of: /<img/).count == 3 && !page(album).contains("--overwrite"))
    }

    @Test("a file that is no report is left alone, and nothing is asked")
    func foreign() throws {
        let album = try Album("a.jpg")
        try album.add("report.html", Data("<!doctype html>\n<p>my page\n".utf8))
        let server = try Self.server { _, _ in "a dog" }
        let run = try run(album, server)
        #expect(run.status == 1 && run.errors.contains("holds something else than a report"), "\(run.errors)")
        #expect(page(album) == "<!doctype html>\n<p>my page\n" && server.requests.isEmpty)
        try album.add("report.html", Data())
        #expect(try self.run(album, server).status == 0)
        #expect(page(album).contains("a dog"))
    }

    @Test("without --report no thumbnail is asked for, and --dry-run writes no page")
    func unasked() throws {
        let album = try Album("a.jpg")
        let server = try Self.server { _, _ in "a dog" }
        #expect(try run(album, server, ["CAPTION", "txt"], ["--dry-run"]).status == 0)
        #expect(album.files == ["a.jpg"] && server.requests.isEmpty)
        #expect(try Client.run(["folder", "CAPTION", "txt", album.path], server: server).status == 0)
        #expect(server.requests.count == 1 && server.requests[0].field("thumbnail") == nil)
    }

    @Test("what is no JPEG in base64 is not put into the page")
    func badThumbnail() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in
            .status(200, #"{"result":"a dog","thumbnail":"/9j/\"><script>alert(1)</script>"}"#)
        }
        #expect(try run(album, server).status == 0)
        #expect(
            page(album).contains("a dog") && page(album).contains("the server has sent none")
                && !page(album).contains("<script"))
    }
}
