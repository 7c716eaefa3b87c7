import Foundation
import Testing

@Suite("vision-client folder")
struct FolderTests {
    private func echo() throws -> ScriptedServer {
        try ScriptedServer { .result("of \($0.image)") }
    }

    @Test("every image at any depth gets its caption file, and nothing else is touched")
    func wholeFolder() throws {
        let names = [
            "a.jpg", "B.JPEG", "c.png", "d.gif", "e.bmp", "f.tif", "sub/g.TIFF", "sub/deep er/h.webp", "-dash.jpg",
            "quote's \"x\" $y.jpg", "new\nline.jpg", "ünï.jpg", "two.dots.jpg",
        ]
        let album = try Album()
        for name in names + ["notes.md", "jpg", ".jpg", "movie.mp4"] { try album.add(name) }
        let before = album.files
        let server = try echo()
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "")
        for name in names {
            let caption = try #require(name.lastIndex(of: ".").map { name[..<$0] + ".txt" })
            #expect(album.text(String(caption)) == "of \(name)\n")
        }
        #expect(album.files.subtracting(before).count == names.count)
        #expect(run.errors.hasSuffix("Captioned \(names.count) pictures.\n"))
        #expect(Set(server.requests.compactMap(\.prompt)) == ["CAPTION"])
    }

    @Test("a caption file holds the caption trimmed, inner newlines kept, one final newline")
    func bytes() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .result("\n\u{A0}first\n\nsecond käse \u{2028}\n") }
        _ = try Client.run(["folder", "CAPTION", ".txt", album.path], server: server)
        #expect(album.text("a.txt") == "first\n\nsecond käse\n")
    }

    @Test("an image with a caption is skipped: a second run asks about the rest only")
    func resume() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try album.add("b.txt", Data("mine".utf8))
        let server = try echo()
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(run.errors.hasSuffix("Captioned 2 pictures, skipped 1 captioned before.\n"))
        #expect(Set(server.images) == ["a.jpg", "c.jpg"])
        #expect(album.text("b.txt") == "mine")
        let again = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(again.status == 0)
        #expect(server.images.count == 2)
    }

    @Test("a.jpg and a.png beside each other: both are reported, none is captioned, unless their caption is there")
    func collision() throws {
        let album = try Album("a.jpg", "a.png", "sub/a.png", "b.gif", "b.bmp")
        try album.add("b.txt", Data("mine".utf8))
        let server = try echo()
        for run in 0..<2 {
            let run = try Client.run(
                ["folder", "CAPTION", "txt", album.path] + (run == 0 ? [] : ["--overwrite"]), server: server)
            #expect(run.status == 1)
            #expect(run.errors.contains("a.png failed: Its caption would be in the same file as that of a.jpg."))
            #expect(run.errors.contains("a.jpg failed: Its caption would be in the same file as that of a.png."))
        }
        #expect(album.text("a.txt") == nil && album.text("b.txt") == "mine")
        #expect(album.text("sub/a.txt") == "of sub/a.png\n")
        #expect(Set(server.images) == ["sub/a.png"])
    }

    @Test("an image that fails gets no file, does not stop the rest, and is listed")
    func failures() throws {
        let album = try Album("bad.jpg", "empty.jpg", "good.jpg", "z.jpg")
        let list = album.path("failures.jsonl")
        let server = try ScriptedServer { request in
            switch request.image {
            case "bad.jpg": .status(400, #"{"detail":"The file is no picture."}"#)
            case "empty.jpg": .result("  ")
            default: .result("fine")
            }
        }
        try FileManager.default.createSymbolicLink(
            atPath: album.path("nowhere.jpg"), withDestinationPath: album.path("missing"))
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--failures", list], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("bad.jpg failed: The file is no picture."))
        #expect(run.errors.hasSuffix("Captioned 2 pictures, 3 failed.\n"))
        #expect(album.files.filter { $0.hasSuffix(".txt") }.sorted() == ["good.txt", "z.txt"])
        #expect(
            try album.lines("failures.jsonl") == [
                ["file": "bad.jpg", "error": "The file is no picture."],
                ["file": "empty.jpg", "error": "The server answered with an empty caption."],
                ["file": "nowhere.jpg", "error": "There is no such file."],
            ])
        let healed = try ScriptedServer { _ in .result("now") }
        try FileManager.default.removeItem(atPath: album.path("nowhere.jpg"))
        let second = try Client.run(["folder", "CAPTION", "txt", album.path, "--failures", list], server: healed)
        #expect(second.status == 0)
        #expect(Set(healed.images) == ["bad.jpg", "empty.jpg"])
        #expect(album.text("failures.jsonl") == "")
    }

    @Test("a folder without images is no failure, and is said")
    func empty() throws {
        let album = try Album("notes.md")
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: try echo())
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix("There are no pictures in \(album.path).\n"))
    }

    @Test("a name that is not UTF-8 is reported, and the folder goes on")
    func invalidName() throws {
        let album = try Album("a.jpg")
        try add(Array("b".utf8) + [0xFF] + Array(".jpg".utf8), to: album)
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: try echo())
        #expect(run.status == 1)
        #expect(run.errors.contains("b\u{FFFD}.jpg failed: The name is not UTF-8"), "\(run.errors)")
        #expect(run.errors.hasSuffix("Captioned 1 picture, 1 failed.\n"))
    }

    @Test("so is a folder with such a name, each of two that look the same, and a kind that is not read is counted")
    func invalidNames() throws {
        let album = try Album("a.jpg")
        let (first, second) = (Array("b".utf8) + [0xFF], Array("b".utf8) + [0xFE])
        for folder in [first, second, Array(".hidden".utf8) + [0xFF], Array("left out".utf8) + [0xFF]] {
            try add(folder, isFolder: true, to: album)
            try add(folder + Array("/c.jpg".utf8), to: album)
        }
        for name in [first, second] { try add(name + Array(".psd".utf8), to: album) }
        let arguments = ["folder", "CAPTION", "txt", album.path, "--exclude", "left out?"]
        let run = try Client.run(arguments + ["--failures", album.path("f")], server: try echo())
        #expect(run.status == 1)
        let reason = "The name is not UTF-8, so no text can hold it. Rename it. What is in it was left out.\n"
        #expect(run.errors.components(separatedBy: "b\u{FFFD} failed: \(reason)").count == 3, "\(run.errors)")
        #expect(run.errors.hasSuffix("Captioned 1 picture, 2 failed.\n"), "\(run.errors)")
        #expect(run.errors.contains("Left out, as such files are not read: 2 psd.\n"))
        #expect(run.errors.contains("Left out, as hidden folders and those of other programs are: .hidden\u{FFFD}.\n"))
    }

    /// Makes a file, or a folder, whose name is any bytes.
    private func add(_ name: [UInt8], isFolder: Bool = false, to album: Album) throws {
        let path = Array((album.path + "/").utf8) + name + [0]
        let result = path.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { path -> Int32 in
                guard let path = path.baseAddress else { return -1 }
                return isFolder ? mkdir(path, 0o755) : creat(path, 0o644)
            }
        }
        try #require(result >= 0)
        if !isFolder { close(result) }
    }

    @Test("a caption file that cannot be written is a failure, and leaves no temporary file")
    func unwritable() throws {
        let album = try Album("a.jpg")
        try FileManager.default.createDirectory(atPath: album.path("a.txt"), withIntermediateDirectories: false)
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: try echo())
        #expect(run.status == 1)
        #expect(run.errors.contains("a.txt cannot be written: is a directory."), "\(run.errors)")
        #expect(album.files == ["a.jpg"])
    }

    @Test(
        "captions that are there are replaced or added to",
        arguments: [
            (["--overwrite"], "new\n"),
            (["--append"], "old, new\n"),
            (["--prepend"], "new, old\n"),
            (["--append", "--separator", "\\n"], "old\nnew\n"),
            (["--append", "--prefix", "<", "--suffix", ">"], "old, <new>\n"),
        ])
    func existing(options: [String], expected: String) throws {
        let album = try Album("a.jpg", "b.jpg")
        try album.add("a.txt", Data("old\n".utf8))
        let server = try ScriptedServer { _ in .result("new") }
        // The second run finds its own work done: a run that was interrupted can be repeated.
        for _ in 0..<2 {
            let run = try Client.run(["folder", "CAPTION", "txt", album.path] + options, server: server)
            #expect(run.status == 0)
            #expect(album.text("a.txt") == expected)
        }
        #expect(album.text("b.txt") == (options.contains("--prefix") ? "<new>\n" : "new\n"))
    }

    @Test("a caption is written elsewhere and put in the old one's place, with its permissions")
    func replaced() throws {
        let album = try Album("a.jpg")
        try album.add("a.txt", Data("old".utf8))
        // A second name of the old file shows that its content was never touched.
        try FileManager.default.linkItem(atPath: album.path("a.txt"), toPath: album.path("old"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: album.path("a.txt"))
        _ = try Client.run(["folder", "CAPTION", "txt", album.path, "--overwrite"], server: try echo())
        let attributes = try FileManager.default.attributesOfItem(atPath: album.path("a.txt"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(album.text("old") == "old" && album.text("a.txt") == "of a.jpg\n")
        #expect(album.files == ["a.jpg", "a.txt", "old"])
    }

    @Test("without a terminal there are plain lines, with the captions as they come; --quiet leaves them out")
    func plainLines() throws {
        let album = try Album("a.jpg", "b\u{1B}[31m.jpg")
        let server = try ScriptedServer { _ in .result("two\nlines") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--jobs", "1"], server: server)
        #expect(
            run.errors == "1/2 a.jpg: two lines\n2/2 b?[31m.jpg: two lines\nCaptioned 2 pictures.\n", "\(run.errors)")
        let quiet = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--overwrite", "--quiet"], server: server)
        #expect(quiet.errors == "Captioned 2 pictures.\n")
    }

    @Test("places become a line of JSON")
    func places() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .status(200, #"{"result":{"labels":["a"],"bboxes":[]}}"#) }
        _ = try Client.run(["folder", "OD", "json", album.path], server: server)
        #expect(album.text("a.json") == #"{"bboxes":[],"labels":["a"]}"# + "\n")
    }

    @Test(
        "what cannot be is said before anything is asked",
        arguments: [
            (["CAPTION", "jpg", "."], "\"jpg\" cannot be the extension of caption files."),
            (["CAPTION", "a/b", "."], "cannot be the extension"),
            (["CAPTION", "txt", "./missing"], "There is no folder ./missing."),
            (["CAPTION", "txt", ".", "--append", "--overwrite"], "Give only one of"),
            (["CAPTION", "txt", ".", "--no-captions"], "Add --jsonl FILE, --exif, --xmp or --draw FOLDER."),
            (["CAPTION", "txt", ".", "--jobs", "0"], "--jobs is 0: it must be from 1 to 64, or auto."),
            (["CAPTION", "txt", ".", "--jsonl", "/missing/x"], "/missing/x cannot be written: no such file"),
            (["CAPTION", "txt", ".", "--server", "http://"], "is no server's address"),
        ])
    func impossible(arguments: [String], words: String) throws {
        let album = try Album("a.jpg")
        let server = try echo()
        let run = try Client.run(["folder"] + arguments, server: server, folder: album.folder)
        #expect(run.status != 0)
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(server.requests.isEmpty)
        #expect(album.files == ["a.jpg"])
    }
}
