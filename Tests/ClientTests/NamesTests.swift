import CaptionClient
import Eventually
import Foundation
import Testing

@Suite("vision-client folder and names")
struct NamesTests {
    /// One letter, written in two ways.
    private static let twins = ["caf\u{E9}", "cafe\u{301}"]

    private func album() throws -> Album {
        let album = try Album()
        // An image holds its name, with all that is not ASCII as numbers.
        for (index, name) in Self.twins.enumerated() { try album.add("\(name).jpg", Data("\(index)".utf8)) }
        return album
    }

    private func server() throws -> ScriptedServer { try ScriptedServer { .result("of \($0.image)") } }

    @Test("a folder is what the system finds under the words that were given")
    func arguments() throws {
        let album = try Album("~/a.jpg", "here/sub/b.jpg", "-dash/c.jpg", "é/d.jpg", "x~/e.jpg")
        try FileManager.default.createDirectory(atPath: album.path("else"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: album.path("else/link"), withDestinationPath: album.path("here/sub"))
        let server = try self.server()
        for (folder, caption) in [
            ("~", "~/a.txt"), ("else/link/..", "here/sub/b.txt"), ("é//", "é/d.txt"), ("./x~", "x~/e.txt"),
        ] {
            let run = try Client.run(
                ["folder", "CAPTION", "txt", folder], server: server, environment: ["HOME": "/"], folder: album.folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(album.text(caption) != nil, "\(folder)")
        }
        let dash = try Client.run(["folder", "CAPTION", "txt", "--", "-dash"], server: server, folder: album.folder)
        #expect(dash.status == 0 && album.text("-dash/c.txt") != nil)
        #expect(server.requests.count == 5)
    }

    @Test("an empty folder is a mistake, not the current one")
    func empty() throws {
        let album = try Album("a.jpg")
        let server = try self.server()
        let run = try Client.run(["folder", "CAPTION", "txt", ""], server: server, folder: album.folder)
        #expect(run.status == 1)
        #expect(run.errors == "The folder is an empty word. A dot means the current folder.\n")
        #expect(server.requests.isEmpty && album.files == ["a.jpg"])
    }

    @Test("names that differ in how an accent is written are two files")
    func captions() throws {
        let album = try album()
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: try server())
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix("Captioned 2 pictures.\n"), "\(run.errors)")
        for (index, name) in Self.twins.enumerated() { #expect(album.text("\(name).txt") == "of \(index)\n") }
    }

    @Test("in a list of captions and in one of failures, too, and when a run goes on")
    func lists() throws {
        let album = try album()
        let list = album.path("out")
        let half = try ScriptedServer { request in
            request.number == 1 ? .result("of \(request.image)") : .status(400, #"{"detail":"No picture."}"#)
        }
        let arguments = ["folder", "CAPTION", "txt", album.path, "--no-captions", "--jsonl", list, "--jobs", "1"]
        let first = try Client.run(arguments + ["--failures", album.path("failures")], server: half)
        #expect(first.errors.hasSuffix("Captioned 1 picture, 1 failed.\n"), "\(first.errors)")
        #expect(try album.lines("failures").count == 1)
        let server = try self.server()
        #expect(
            try Client.run(arguments, server: server).errors.hasSuffix(
                "Captioned 1 picture, skipped 1 captioned before.\n"))
        #expect(server.requests.count == 1)
        let names = try album.lines("out").compactMap { $0["file"] }.map(FileName.init)
        #expect(Set(names) == Set(Self.twins.map { FileName($0 + ".jpg") }))
        #expect(try Client.run(arguments + ["--overwrite"], server: server).status == 0)
        #expect(try album.lines("out").count == 2)
    }

    @Test("in a watch, too")
    func watch() async throws {
        let album = try Album()
        try album.add("\(Self.twins[0]).jpg", Data("0".utf8))
        let server = try self.server()
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--watch", "--watch-interval", "0.05"],
            environment: ["VISION_HOST": server.address])
        try await eventually { album.text("\(Self.twins[0]).txt") != nil }
        try album.add("\(Self.twins[1]).jpg", Data("1".utf8))
        try await eventually { album.text("\(Self.twins[1]).txt") == "of 1\n" }
        client.send(SIGINT)
        #expect(client.finish().errors.hasSuffix("Captioned 2 pictures.\n"))
    }

    @Test("images whose captions would be one file by way of a link are reported, and none is captioned")
    func sharedByLink() throws {
        let album = try Album("a.jpg", "b.jpg", "sub/c.jpg", "d.jpg", "e.jpg", "f.jpg")
        try album.add("shared", Data("mine".utf8))
        try album.add("d.txt", Data("mine".utf8))
        for (name, target) in [("a.txt", "shared"), ("b.txt", "./shared"), ("sub/c.txt", "../d.txt")] {
            try FileManager.default.createSymbolicLink(atPath: album.path(name), withDestinationPath: target)
        }
        // These part as soon as one of them is written.
        try album.add("e.txt", Data("mine".utf8))
        try FileManager.default.linkItem(atPath: album.path("e.txt"), toPath: album.path("f.txt"))
        let server = try self.server()
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--append"], server: server)
        #expect(run.status == 1)
        for (name, other) in [("a", "b"), ("b", "a"), ("sub/c", "d"), ("d", "sub/c")] {
            let sentence = "Its caption would be in the same file as that of \(other).jpg. A link leads there;"
            #expect(run.errors.contains("\(name).jpg failed: \(sentence)"), "\(run.errors)")
        }
        #expect(Set(server.images) == ["e.jpg", "f.jpg"])
        #expect(album.text("shared") == "mine" && album.text("d.txt") == "mine")
        #expect(album.text("e.txt") == "mine, of e.jpg\n" && album.text("f.txt") == "mine, of f.jpg\n")
    }

    /// A file system that does not tell capitals apart, and one that does, with these files.
    private static func names(_ files: [String], folds: Bool) throws -> CaptionNames {
        let known = files.map { folds ? $0.lowercased() : $0 }
        return try CaptionNames(fileExtension: "txt") { path in
            let name = folds ? path.lowercased() : path
            return known.firstIndex(of: name).map { FileIdentity(device: 1, number: UInt64($0)) }
        }
    }

    @Test("names that differ in capitals share a caption where the file system does not tell these apart")
    func capitals() throws {
        let album = try Album("A.png", "a.jpg", "B.png", "C.png", "c.jpg", "Stra\u{DF}e.jpg", "STRASSE.gif")
        let images = ["A.png", "a.jpg", "B.png", "C.png", "c.jpg", "Stra\u{DF}e.jpg", "STRASSE.gif"].map {
            Image(name: $0, file: ImageFile(path: album.path($0)))
        }
        let captions = ["C.txt"].map(album.path)
        for folds in [true, false] {
            let others = folds ? [] : ["c.txt"].map(album.path)
            var names = try Self.names(images.map(\.file.path) + captions + others, folds: folds)
            names.add(images)
            let sharing = images.filter { names.conflict(of: $0) != nil }.map(\.name)
            #expect(sharing == (folds ? ["A.png", "a.jpg", "C.png", "c.jpg"] : []))
        }
        var names = try Self.names(images.map(\.file.path), folds: true)
        names.add(images)
        #expect(
            names.conflict(of: images[0])
                == "Its caption would be in the same file as that of a.jpg. Rename all but one of them, or add --full-names."
        )
    }

    @Test("a name is taken apart at bytes, whatever marks stand behind them")
    func parts() {
        let name = FileName("a/\u{301}b.\u{301}c.JPG")
        #expect(name.ending == "jpg")
        #expect(FileName("a/\u{301}b") != FileName("a/b"))
        #expect(FileName(Self.twins[0]) != FileName(Self.twins[1]))
        #expect(Set(Self.twins.map(FileName.init)).count == 2)
        for bare in ["jpg", ".jpg", "a/.jpg", "a.b/c"] { #expect(FileName(bare).ending == nil, "\(bare)") }
    }
}
