import CaptionClient
import Foundation
import SeededRandom
import Testing

@Suite("vision-client folder --format")
struct FormatsTests {
    private func run(
        _ album: Album, _ format: String, _ options: [String] = [], tasks: String = "CAPTION", _ server: ScriptedServer
    ) throws -> ClientRun {
        try Client.run(["folder", tasks, album.path, "--format", format, "--jobs", "1"] + options, server: server)
    }

    private func album() throws -> Album { try Album("a.jpg", "sub/b, \"c\".jpg") }

    private static let hostile: @Sendable (String, String) -> String = { prompt, image in
        prompt == "GENERATE_TAGS" ? "solo, dog" : "\"\(image)\",\nä line"
    }

    @Test("hf-jsonl: file_name and text; a run goes on within a line, and --overwrite leaves one line each")
    func metadata() throws {
        let album = try album()
        try album.add(
            "metadata.jsonl", Data("{\"file_name\":\"a.jpg\",\"text\":\"mine\"}\n{\"file_name\":\"sub/b, \\\"c".utf8))
        let server = try ScriptedServer.tasks(answer: Self.hostile)
        let first = try run(album, "hf-jsonl", [], server)
        #expect(first.status == 0, "\(first.errors)")
        let other = ["file_name": "sub/b, \"c\".jpg", "text": "\"sub/b, \"c\".jpg\",\nä line"]
        #expect(try album.lines("metadata.jsonl") == [["file_name": "a.jpg", "text": "mine"], other])
        #expect(server.requests.count == 1)
        let second = try run(album, "hf-jsonl", ["--overwrite"], server)
        #expect(second.status == 0, "\(second.errors)")
        #expect(try album.lines("metadata.jsonl").count == 2)
        #expect(album.files == ["a.jpg", "sub/b, \"c\".jpg", "metadata.jsonl"])
    }

    @Test("hf-jsonl: columns of others stay, and a last line without an end is one")
    func columns() throws {
        let album = try Album("a.jpg")
        try album.add("metadata.jsonl", Data("{\"file_name\":\"a.jpg\",\"label\":\"x\"}".utf8))
        let run = try run(album, "hf-jsonl", [], try ScriptedServer.tasks())
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try album.lines("metadata.jsonl") == [["file_name": "a.jpg", "label": "x", "text": "CAPTION of a.jpg"]])
    }

    @Test("csv: a quote within a field, and a last row without an end, are a user's")
    func quotes() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try album.add("metadata.csv", Data("file_name,text\na.jpg,a 5\" disk\nb.jpg,mine".utf8))
        let server = try ScriptedServer.tasks()
        let run = try run(album, "csv", [], server)
        #expect(run.status == 0 && server.images == ["c.jpg"], "\(run.errors)")
        #expect(
            album.text("metadata.csv")
                == "file_name,text\na.jpg,a 5\" disk\nb.jpg,mine\nc.jpg,\"CAPTION of c.jpg\"\n")
    }

    @Test("hf-jsonl: several captions of one image stay, unless that is captioned anew")
    func several() throws {
        let album = try Album("a.jpg", "b.jpg")
        let line = { (text: String) in "{\"file_name\":\"a.jpg\",\"text\":\"\(text)\"}\n" }
        try album.add("metadata.jsonl", Data((line("one") + line("two") + "{\"file_name\":\"b.jpg\"}\n").utf8))
        let run = try run(album, "hf-jsonl", [], try ScriptedServer.tasks())
        #expect(run.status == 0, "\(run.errors)")
        #expect(try album.lines("metadata.jsonl").map { $0["text"] } == ["one", "two", "CAPTION of b.jpg"])
    }

    @Test("shards: a foreign part stays, and a name that is no number of ours does no harm")
    func foreignShards() throws {
        let album = try Album("a.jpg")
        try album.add("out/9223372036854775807.tar", Data())
        try album.add("out/000000.tar.part", Data("mine".utf8))
        let server = try ScriptedServer.tasks()
        let first = try run(album, "webdataset", ["--to", album.path("out")], server)
        #expect(first.status == 1 && first.errors.contains("is not what --format writes there"), "\(first.errors)")
        #expect(album.text("out/000000.tar.part") == "mine" && server.requests.isEmpty)
        try FileManager.default.removeItem(atPath: album.path("out/000000.tar.part"))
        let second = try run(album, "webdataset", ["--to", album.path("out")], server)
        #expect(second.status == 0 && album.files.contains("out/000000.tar"), "\(second.errors)")
    }

    @Test(
        "--dry-run leaves what is there as it is, half or not",
        arguments: [
            ("hf-jsonl", "metadata.jsonl", "{\"file_name\":\"b"), ("csv", "metadata.csv", "file_name,text\nb.jpg,\"x"),
            ("kohya-json", "meta_cap.json", "{\"x\": {\"caption\": \"y\"}}"),
            ("jsonl", "captions.jsonl", "{\"file\":\"b"),
        ])
    func dryRun(format: String, file: String, content: String) throws {
        let album = try Album("a.jpg")
        try album.add(file, Data(content.utf8))
        let run = try run(album, format, ["--dry-run"], try ScriptedServer.tasks())
        #expect(run.status == 0 && run.output.contains("a.jpg"), "\(run.output) \(run.errors)")
        #expect(album.text(file) == content && album.files == ["a.jpg", file])
    }

    @Test("csv: two columns, quoted where it has to be, resumed behind the last whole record")
    func csv() throws {
        let album = try album()
        try album.add("metadata.csv", Data("file_name,text\na.jpg,\"mine,\nand\"\n\"sub/b, \"\"c".utf8))
        let server = try ScriptedServer.tasks(answer: Self.hostile)
        let run = try run(album, "csv", [], server)
        #expect(run.status == 0, "\(run.errors)")
        let expected =
            "file_name,text\na.jpg,\"mine,\nand\"\n"
            + "\"sub/b, \"\"c\"\".jpg\",\"\"\"sub/b, \"\"c\"\".jpg\"\",\nä line\"\n"
        #expect(album.text("metadata.csv") == expected)
        #expect(server.images == ["sub/b, \"c\".jpg"])
    }

    @Test("kohya-json: names without their ending at the top, full paths below; captions and tags apart")
    func kohya() throws {
        let album = try album()
        let server = try ScriptedServer.tasks(answer: Self.hostile)
        let first = try run(album, "kohya-json", ["--trigger", "tok"], tasks: "CAPTION,GENERATE_TAGS", server)
        #expect(first.status == 0, "\(first.errors)")
        let entries = try JSONDecoder().decode([String: [String: String]].self, from: album.bytes("meta_cap.json"))
        let real = try #require(realpath(album.path, nil).map { String(cString: $0) })
        let nested = try #require(entries.keys.first { $0.hasPrefix("/") })
        #expect(nested == album.path("sub/b, \"c\".jpg") || nested == real + "/sub/b, \"c\".jpg")
        #expect(entries["a"] == ["caption": "tok, \"a.jpg\",\nä line", "tags": "solo, dog"])
        #expect(entries.count == 2)
        let second = try run(album, "kohya-json", [], tasks: "CAPTION,GENERATE_TAGS", server)
        #expect(second.errors == "Captioned 0 pictures, skipped 2 captioned before.\n")
    }

    @Test("kohya-json: a file that was cut off, or that kohya wrote, is gone on with")
    func kohyaResumes() throws {
        let server = try ScriptedServer.tasks()
        let album = try Album("a.jpg", "b.jpg")
        for content in [
            "{\n\"a\":{\"caption\":\"mine\"},\n\"b\":{\"cap", "{\n\"a\":{\"caption\":\"mine\"}",
            "{\n\"a\":{\"caption\":\"mine\"},",
            "{\n\"a\":{\"caption\":\"mine\"},\n\"b",
            "{\n\"a\":{\"caption\":\"mine\"},\n\"x\": {\"caption\":\"theirs\"}}",
            "{\n  \"a\": {\n    \"caption\": \"mine\", \"train_resolution\": [1, 2]\n  }\n}",
        ] {
            try album.add("meta_cap.json", Data(content.utf8))
            let run = try run(album, "kohya-json", [], server)
            #expect(run.status == 0, "\(run.errors)")
            let object =
                try JSONSerialization.jsonObject(with: album.bytes("meta_cap.json")) as? [String: [String: Any]]
            #expect(
                object?["a"]?["caption"] as? String == "mine"
                    && object?["b"]?["caption"] as? String == "CAPTION of b.jpg", "\(content)")
            #expect(content.contains("theirs") == (object?["x"] != nil))
            #expect(content.contains("train") == (object?["a"]?["train_resolution"] != nil))
        }
        #expect(server.images.count == 6 && Set(server.images) == ["b.jpg"])
    }

    @Test("jsonl: what the server says of tokens and seconds stands beside the text")
    func lines() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks()
        let run = try run(album, "jsonl", ["--max-words", "1"], tasks: "CAPTION,OCR", server)
        #expect(run.status == 0, "\(run.errors)")
        let lines = (album.text("captions.jsonl") ?? "").split(separator: "\n")
        #expect(
            lines.first
                == #"{"file":"a.jpg","finish_reason":"stop","input_tokens":45,"output_tokens":7,"prompt":"CAPTION","raw":"CAPTION of a.jpg","result":"CAPTION","score":-0.25,"seconds":{"encoder":0.1,"generate":0.2,"vision":0.5}}"#
        )
        #expect(lines.count == 2 && album.files == ["a.jpg", "captions.jsonl"])
    }

    @Test("webdataset: shards that tar reads, gone on with from a half one")
    func shards() throws {
        let album = try Album("a.b.jpg", "c.png", "sub/\(String(repeating: "d", count: 120)).jpg", "e.jpg", "f.jpg")
        let shards = album.folder.appending(path: "out").path
        let server = try ScriptedServer.tasks { _, image in image == "f.jpg" ? "" : "of \(image)" }
        let first = try run(album, "webdataset", ["--to", shards, "--shard", "2"], server)
        #expect(first.status == 1 && first.errors.contains("an empty caption"), "\(first.errors)")
        #expect(try contents(shards + "/000000.tar") == ["a_b.jpg", "a_b.json", "a_b.txt", "c.png", "c.json", "c.txt"])
        let names = try contents(shards + "/000001.tar")
        #expect(names.count == 6 && names.contains("sub/\(String(repeating: "d", count: 120)).txt"))
        #expect(try extract(shards + "/000000.tar", "a_b.txt") == "of a.b.jpg")
        #expect(try extract(shards + "/000000.tar", "a_b.jpg") == "a.b.jpg")
        #expect(try extract(shards + "/000000.tar", "c.json") == #"{"file_name":"c.png","text":"of c.png"}"#)
        #expect(!album.files.contains { $0.hasSuffix(".part") })
        // A shard that was being written when its run was killed.
        try FileManager.default.moveItem(atPath: shards + "/000001.tar", toPath: shards + "/000001.tar.part")
        let part = try FileHandle(forWritingTo: URL(filePath: shards + "/000001.tar.part"))
        try part.truncate(atOffset: 4096)
        try part.close()
        let good = try ScriptedServer.tasks { _, image in "of \(image)" }
        let second = try run(album, "webdataset", ["--to", shards, "--shard", "2"], good)
        #expect(second.status == 0, "\(second.errors)")
        let all = try (0...2).flatMap { try contents(shards + "/00000\($0).tar") }.filter { $0.hasSuffix(".txt") }
        #expect(Set(all).count == 5 && all.count == 5)
        #expect(good.requests.count == 2)
    }

    @Test("a shard, or shards among the pictures, are captioned into shards or a list")
    func shardsIn() throws {
        let (album, source) = (try Album("x.jpg"), try Album("a.jpg", "sub/b.png", "a.txt", "notes.cls"))
        _ = try tar(["-cf", album.path("in.tar"), "-C", source.path, "a.jpg", "a.txt", "notes.cls", "sub/b.png"])
        let server = try ScriptedServer.tasks()
        let one = try Client.run(
            ["folder", "CAPTION", album.path("in.tar"), "--format", "webdataset", "--jobs", "1"], server: server)
        #expect(one.status == 0, "\(one.errors)")
        let out = album.path("in-captioned/000000.tar")
        #expect(try contents(out) == ["a.jpg", "a.json", "a.txt", "sub/b.png", "sub/b.json", "sub/b.txt"])
        #expect(try extract(out, "sub/b.txt") == "CAPTION of sub/b.png")
        try FileManager.default.removeItem(atPath: album.path("in-captioned"))
        let all = try run(album, "hf-jsonl", [], server)
        #expect(all.status == 0, "\(all.errors)")
        #expect(
            try album.lines("metadata.jsonl") == [
                ["file_name": "in.tar/a.jpg", "text": "CAPTION of a.jpg"],
                ["file_name": "in.tar/sub/b.png", "text": "CAPTION of sub/b.png"],
                ["file_name": "x.jpg", "text": "CAPTION of x.jpg"],
            ])
        let text = try Client.run(["folder", "CAPTION", "txt", album.path("in.tar")], server: server)
        #expect(text.status == 1 && text.errors.contains("Give --format webdataset"), "\(text.errors)")
        #expect(album.files == ["x.jpg", "in.tar", "metadata.jsonl"])
    }

    @Test("shards by a pattern are refused, rather than that the first is taken for an extension")
    func shardsByPattern() throws {
        let album = try Album("a.jpg")
        for name in ["0.tar", "1.tar"] { _ = try tar(["-cf", album.path(name), "-C", album.path, "a.jpg"]) }
        let server = try ScriptedServer.tasks()
        let run = try Client.run(
            ["folder", "CAPTION", album.path("0.tar"), album.path("1.tar"), "--format", "webdataset"], server: server)
        #expect(run.status == 64 && run.errors.contains("there is one folder or shard"), "\(run.errors)")
        #expect(server.requests.isEmpty && album.files == ["a.jpg", "0.tar", "1.tar"])
    }

    @Test("a run leaves nothing of shards in the system's temporary folder")
    func spool() throws {
        let (album, temporary) = (try Album("a.jpg"), try Album())
        _ = try tar(["-cf", album.path("in.tar"), "-C", album.path, "a.jpg"])
        let run = try Client.run(
            ["folder", "CAPTION", album.path("in.tar"), "--format", "csv", "--to", album.path("out.csv")],
            server: try ScriptedServer.tasks(), environment: ["TMPDIR": temporary.path])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
    }

    @Test(
        "what a format does not heed is refused",
        arguments: [
            (["--full-names"], "--full-names is for text files"),
            (["--output-dir", "out"], "--output-dir is for files"),
            (["--shard", "5"], "--shard is for --format webdataset."), (["--language", "en"], "need --exif or --xmp."),
            (["--xmp-style", "lightroom"], "need --exif or --xmp."), (["--no-preserve-times"], "need --exif or --xmp."),
            (["--exclude-tags", "no/such/list.txt"], "There is no list no/such/list.txt."),
        ])
    func unheeded(options: [String], sentence: String) throws {
        let (album, server) = (try Album("a.jpg"), try ScriptedServer.tasks())
        let run = try run(album, "csv", options, server)
        #expect(run.status != 0 && run.errors.contains(sentence), "\(run.errors)")
        #expect(server.requests.isEmpty && album.files == ["a.jpg"])
    }

    @Test("a damaged shard gives the images before the damage, and is reported")
    func damagedShard() throws {
        let (album, source) = (try Album("x.jpg"), try Album("a.jpg", "b.jpg"))
        _ = try tar(["-cf", album.path("in.tar"), "-C", source.path, "a.jpg", "b.jpg"])
        let file = try FileHandle(forWritingTo: URL(filePath: album.path("in.tar")))
        try file.truncate(atOffset: 1200)
        try file.close()
        let run = try run(album, "csv", [], try ScriptedServer.tasks())
        #expect(run.status == 1 && run.errors.contains("in.tar failed: The shard ends early"), "\(run.errors)")
        #expect(
            album.text("metadata.csv")
                == "file_name,text\nin.tar/a.jpg,\"CAPTION of a.jpg\"\nx.jpg,\"CAPTION of x.jpg\"\n")
    }

    @Test("whatever bytes a shard has, it is listed or reported")
    func mutatedShards() throws {
        let (album, source) = (try Album("x.md"), try Album("a.jpg", "\(String(repeating: "b", count: 120)).jpg"))
        let names = source.files.sorted()
        for format in ["gnu", "pax", "ustar"] {
            _ = try tar(["-cf", album.path("in.tar"), "--format=\(format)", "-C", source.path, names[0]])
            let whole = album.bytes("in.tar")
            var random = SplitMix(seed: 16)
            for _ in 0..<300 {
                var bytes = whole
                for _ in 0..<4 {
                    bytes[Int.random(in: 0..<1024, using: &random)] = .random(in: 0...255, using: &random)
                }
                try album.add("in.tar", bytes)
                let folder = try ImageFolder(shard: album.path("in.tar"), spool: ShardSpool())
                #expect(folder.contents().images.count <= 1)
            }
        }
    }

    private func contents(_ archive: String) throws -> [String] {
        try tar(["-tf", archive]).split(separator: "\n").map(String.init)
    }

    private func extract(_ archive: String, _ name: String) throws -> String { try tar(["-xOf", archive, name]) }

    private func tar(_ arguments: [String]) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar"] + arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    @Test(
        "a file that holds something else is left as it is",
        arguments: [
            ("hf-jsonl", "metadata.jsonl", "my notes\n"), ("csv", "metadata.csv", "name,age\nx,1\n"),
            ("kohya-json", "meta_cap.json", "[1]"), ("csv", "metadata.csv", "file_name,text,label\na.jpg,x,y\n"),
            ("kohya-json", "meta_cap.json", "{\n  \"b\": {\"caption\": \"mine\"},\n"),
            ("kohya-json", "meta_cap.json", "{\n\"b\":{\"caption\":\"mine\"},\nnotes\n\"c\":{\"caption\":\"x\"}\n}\n"),
            ("kohya-json", "meta_cap.json", "{\n\"list\": [1,2,3]}"),
            ("kohya-json", "meta_cap.json", "{\n\"list\": [1,2,3"),
            ("kohya-json", "meta_cap.json", "{\n\"b\":{\"caption\":\"x\"},\"c\":{\"cap"),
            ("csv", "metadata.csv", "my notes"),
            ("csv", "metadata.csv", "file_name,text\nx.jpg,y\nnotes without comma"),
            ("csv", "metadata.csv", "file_name,text\nx1.jpg,\"oops\nx2.jpg,good one\nx3.jpg,good two\n"),
            ("hf-jsonl", "metadata.jsonl", #"{"file_name":"z.jpg","text":"x"}{"file_name":"b.jpg","text":"mi"}"#),
            ("hf-jsonl", "metadata.jsonl", "my notes"),
        ])
    func foreign(format: String, file: String, content: String) throws {
        let album = try Album("a.jpg")
        try album.add(file, Data(content.utf8))
        let server = try ScriptedServer.tasks()
        let run = try run(album, format, [], server)
        #expect(run.status == 1 && run.errors.contains("is not what --format writes there"), "\(run.errors)")
        #expect(album.text(file) == content && server.requests.isEmpty)
    }
}
