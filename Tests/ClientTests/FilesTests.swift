import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder takes files as people have them")
struct FilesTests {
    private func run(_ album: Album, _ options: [String], input: String? = nil) throws -> (ClientRun, Set<String>) {
        let server = try ScriptedServer { .result("of \($0.image)") }
        let wrapper = input.map { ["/bin/sh", "-c", #"input=$1; shift; exec "$@" < "$input""#, "sh", album.path($0)] }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", "pictures", "--quiet"] + options, server: server, wrapper: wrapper ?? [],
            folder: album.folder)
        return (run, Set(server.images.map { String($0.dropFirst("pictures/".count)) }))
    }

    @Test("--no-recursive leaves out the folders below")
    func flat() throws {
        let album = try Album("pictures/a.jpg", "pictures/sub/b.jpg")
        #expect(try run(album, ["--no-recursive"]).1 == ["a.jpg"])
        #expect(try run(album, ["--recursive"]).1 == ["sub/b.jpg"])
    }

    @Test("--follow-links enters linked folders, each once and under its own name where it has one; circles end")
    func links() throws {
        let album = try Album("pictures/a.jpg", "pictures/sub/b.jpg", "elsewhere/c.jpg", "elsewhere/deep/d.jpg")
        let links = [
            ("pictures/a-link", "sub"), ("pictures/more", "../elsewhere"), ("pictures/sub/loop", "../.."),
            ("elsewhere/deep/loop", "../../pictures"), ("pictures/nowhere", "missing"), ("pictures/.hidden", "../x"),
        ]
        try FileManager.default.createDirectory(atPath: album.path("x"), withIntermediateDirectories: true)
        for (link, target) in links {
            try FileManager.default.createSymbolicLink(atPath: album.path(link), withDestinationPath: target)
        }
        #expect(try run(album, []).1 == ["a.jpg", "sub/b.jpg"])
        let (run, _) = try run(album, ["--follow-links"])
        #expect(run.status == 0 && run.errors.hasSuffix("Captioned 2 pictures, skipped 2 captioned before.\n"))
        #expect(album.text("elsewhere/c.txt") != nil && album.text("elsewhere/deep/d.txt") != nil)
    }

    @Test("--full-names gives cat.jpg and cat.png a caption each")
    func fullNames() throws {
        let album = try Album("pictures/cat.jpg", "pictures/cat.png")
        let (refused, _) = try run(album, [])
        #expect(refused.errors.contains("Rename all but one of them, or add --full-names."), "\(refused.errors)")
        for summary in ["Captioned 2 pictures.\n", "skipped 2 captioned before.\n"] {
            #expect(try run(album, ["--full-names"]).0.errors.hasSuffix(summary))
        }
        for name in ["cat.jpg", "cat.png"] { #expect(album.text("pictures/\(name).txt") == "of pictures/\(name)\n") }
        #expect(album.files.count == 4)
    }

    @Test("--output-dir gets the captions in the same folders, and is looked at by the next run")
    func outputFolder() throws {
        let album = try Album("pictures/a.jpg", "pictures/sub/deep/b.jpg")
        let options = ["--output-dir", "captions"]
        #expect(try run(album, options).0.status == 0)
        #expect(album.text("captions/a.txt") == "of pictures/a.jpg\n")
        #expect(album.text("captions/sub/deep/b.txt") == "of pictures/sub/deep/b.jpg\n")
        #expect(album.files.count == 4)
        #expect(try run(album, options).0.errors == "Captioned 0 pictures, skipped 2 captioned before.\n")
    }

    @Test(
        "pictures in a folder that nothing may be written into get their captions elsewhere",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func readOnlyPictures() throws {
        let album = try Album("pictures/a.jpg", "shut/note")
        for folder in ["pictures", "shut"] { try album.permit(0o555, folder) }
        defer { for folder in ["pictures", "shut"] { try? album.permit(0o755, folder) } }
        let server = try ScriptedServer { _ in .result("new") }
        func run(_ folder: String) throws -> ClientRun {
            try Client.run(
                ["folder", "CAPTION", "txt", "pictures", "--quiet", "--output-dir", folder], server: server,
                wrapper: Client.heedingPermissions ?? [], folder: album.folder)
        }
        let shut = try run("shut")
        #expect(shut.status == 1 && server.requests.isEmpty)
        #expect(shut.errors.contains("Nothing may be written into \(album.path("shut"))."), "\(shut.errors)")
        #expect(try run("captions").status == 0)
        #expect(album.text("captions/a.txt") == "new\n")
    }

    @Test("--since goes by the newer of the times of a file's content and of its entry")
    func since() throws {
        let album = try Album("pictures/old.jpg", "pictures/new.jpg")
        let past = Date(timeIntervalSince1970: 981_173_106)
        try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: album.path("pictures/old.jpg"))
        // The time of its entry is that of this test: a copy that kept its time has come here only now.
        let future = Date(timeIntervalSinceNow: 400 * 86400)
        try FileManager.default.setAttributes([.modificationDate: future], ofItemAtPath: album.path("pictures/new.jpg"))
        let day = { (days: Double) in
            Date(timeIntervalSinceNow: days * 86400).ISO8601Format(.iso8601.year().month().day())
        }
        let (run, images) = try run(album, ["--since", day(100)])
        #expect(images == ["new.jpg"])
        #expect(run.errors.contains("Left out, as they are older than --since: 1 picture.\n"), "\(run.errors)")
        let none = try self.run(album, ["--since", day(9000)]).0
        #expect(none.status == 0 && none.errors.contains("The options leave no pictures in "), "\(none.errors)")
        #expect(try self.run(album, ["--since", day(-100)]).1 == ["old.jpg"])
        let wrong = try self.run(album, ["--since", "yesterday"])
        #expect(wrong.0.status != 0 && wrong.0.errors.contains("--since is \"yesterday\": it must be a date"))
    }

    @Test("a date is what stands there, in the zone that it names or else in that of the place")
    func dates() {
        func seconds(_ text: String) -> Double? {
            SinceDate.time(text, zone: TimeZone(secondsFromGMT: 3600) ?? .gmt).map { $0 / .seconds(1) }
        }
        #expect(seconds("1970-01-02") == 82_800)
        #expect(seconds("1970-01-01 02:30") == 5400)
        #expect(seconds("1970-01-01T00:00:07Z") == 7)
        #expect(seconds("1970-01-01T00:00-02:30") == 9000)
        for text in ["", "2026", "2026-13-01", "2026-02-30", "2026-11-30 25:00", "30.11.2026", "2026-11-30T1:2"] {
            #expect(seconds(text) == nil, "\(text)")
        }
    }

    @Test("--files-from takes the pictures that it lists, by lines or with -0, and says which are none")
    func list() throws {
        let album = try Album("pictures/a.jpg", "pictures/b\nc.jpg", "pictures/d.jpg", "pictures/note.md", "x.jpg")
        let paths = ["pictures/a.jpg", "./pictures//b\nc.jpg", album.path("pictures/a.jpg")]
        try album.add("nulls", Data(paths.map { $0 + "\0" }.joined().utf8))
        let (run, images) = try run(album, ["--files-from", "-", "-0"], input: "nulls")
        #expect(run.status == 0 && images == ["a.jpg", "b\nc.jpg"], "\(run.errors)")
        try album.add("pictures/old/deep/e.jpg")
        let lines = "pictures/old/deep/e.jpg\npictures/d.jpg\r\n\npictures/note.md\nx.jpg\npictures/gone.jpg\n"
        try album.add("lines", Data(lines.utf8))
        let (second, others) = try self.run(album, ["--files-from", "lines", "--exclude", "old"])
        #expect(second.status == 1 && others == ["d.jpg"])
        #expect(second.errors.contains("note.md failed: Its name is not that of a picture."), "\(second.errors)")
        #expect(
            second.errors.contains(
                "x.jpg failed: It is not below \(album.path)/pictures. Names count from \(album.path)."))
        #expect(second.errors.contains("gone.jpg failed: There is no such file."))
        #expect(try self.run(album, ["-0"]).0.errors.contains("-0 needs a list of files"))
        for name in ["@eaDir/f.jpg", ".hidden/g.jpg", "._h.jpg"] { try album.add("pictures/\(name)") }
        try album.add("found", Data("pictures/@eaDir/f.jpg\npictures/.hidden/g.jpg\npictures/._h.jpg\n".utf8))
        let (third, none) = try self.run(album, ["--files-from", "found"])
        #expect(third.status == 0 && none.isEmpty && third.errors.contains("are: .hidden, @eaDir."), "\(third.errors)")
        #expect(try self.run(album, ["--files-from", "found", "--include-hidden"]).1.count == 3)
    }

    @Test("--limit asks about so many, and the next run about the others")
    func limit() throws {
        let album = try Album("pictures/a.jpg", "pictures/b.jpg", "pictures/c.jpg")
        let (first, images) = try run(album, ["--limit", "2"])
        #expect(first.status == 0 && images == ["a.jpg", "b.jpg"])
        #expect(first.errors.contains("The limit is reached; the same command goes on with the other pictures.\n"))
        let (second, others) = try run(album, ["--limit", "2"])
        #expect(others == ["c.jpg"] && !second.errors.contains("limit"))
    }

    @Test("--dry-run says of each picture what would be done, and does nothing")
    func dryRun() throws {
        let album = try Album("pictures/a.jpg", "pictures/b.jpg", "pictures/c.jpg", "pictures/c.png")
        try album.add("pictures/b.txt", Data("mine".utf8))
        try FileManager.default.createSymbolicLink(
            atPath: album.path("pictures/d.jpg"), withDestinationPath: "nowhere")
        let before = album.files
        let lists = ["--jsonl", "out.jsonl", "--failures", "failures.jsonl"]
        let (run, images) = try run(album, ["--dry-run"])
        #expect(images.isEmpty && album.files == before)
        #expect(run.output == "a.jpg: would be captioned\nb.jpg: captioned before\n", "\(run.output)")
        #expect(
            run.errors.hasSuffix("Would caption 1 picture, skipped 1 captioned before, 3 failed.\n"), "\(run.errors)")
        let (second, _) = try self.run(album, ["--dry-run", "--no-captions"] + lists)
        #expect(second.output.split(separator: "\n").count == 4 && album.files == before, "\(second.output)")
        #expect(second.errors.hasSuffix("Would caption 4 pictures, 1 failed.\n"))
    }

    @Test("what goes on for ever has neither a limit nor a plan", arguments: [["--limit", "1"], ["--dry-run"]])
    func forEver(options: [String]) throws {
        let (run, _) = try run(try Album("pictures/a.jpg"), ["--watch"] + options)
        #expect(run.status != 0 && run.errors.contains("--watch goes on for ever"))
    }
}
