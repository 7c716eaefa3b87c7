import Foundation
import Testing

@Suite("vision-client folder and links in the place of files")
struct LinkTests {
    private func link(_ album: Album, _ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: album.path(name), withDestinationPath: target)
    }

    private func target(_ album: Album, _ name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: album.path(name))
    }

    @Test(
        "a caption file that is a link stays one, and what it leads to is replaced, in one step and where it is",
        arguments: [
            (["--overwrite"], "old", "new\n"), (["--append"], "old", "old, new\n"),
            (["--prepend"], "old", "new, old\n"), ([], "", "new\n"), ([], "old", "old"),
        ])
    func caption(options: [String], before: String, after: String) throws {
        let album = try Album("a.jpg", "elsewhere/notes")
        try album.add("elsewhere/mine", Data(before.utf8))
        try album.permit(0o640, "elsewhere/mine")
        // A second name of the old file shows that its content was never touched.
        try FileManager.default.linkItem(atPath: album.path("elsewhere/mine"), toPath: album.path("old"))
        try link(album, "elsewhere/link", to: "mine")
        try link(album, "a.txt", to: "elsewhere/link")
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path] + options, server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(target(album, "a.txt") == "elsewhere/link" && target(album, "elsewhere/link") == "mine")
        #expect(album.text("elsewhere/mine") == after && album.text("old") == before)
        let attributes = try FileManager.default.attributesOfItem(atPath: album.path("elsewhere/mine"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(
            album.files == ["a.jpg", "a.txt", "elsewhere/link", "elsewhere/mine", "elsewhere/notes", "old"])
    }

    @Test(
        "a link that leads nowhere is in the way: its image fails before it is asked about, and the link stays",
        arguments: [[], ["--overwrite"], ["--append"], ["--prepend"]])
    func nowhere(options: [String]) throws {
        let album = try Album("a.jpg", "b.jpg")
        try link(album, "a.txt", to: "missing")
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path] + options, server: server)
        #expect(run.status == 1)
        #expect(
            run.errors.contains("a.jpg failed: \(album.path("a.txt")) is in the way: it is a link that leads nowhere."),
            "\(run.errors)")
        #expect(server.images == ["b.jpg"])
        #expect(target(album, "a.txt") == "missing" && album.text("missing") == nil)
    }

    @Test(
        "where what a link leads to may not be replaced is known before its image is asked about",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func locked() throws {
        let album = try Album("a.jpg", "b.jpg")
        try album.add("locked/mine", Data("old".utf8))
        try link(album, "a.txt", to: "locked/mine")
        try album.permit(0o555, "locked")
        defer { try? album.permit(0o755, "locked") }
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--overwrite"], server: server,
            wrapper: Client.heedingPermissions ?? [])
        #expect(run.status == 1 && server.images == ["b.jpg"], "\(run.errors)")
        #expect(album.text("locked/mine") == "old" && target(album, "a.txt") == "locked/mine")
    }

    @Test("lists that are links stay links, too")
    func lists() throws {
        let album = try Album("a.jpg", "b.jpg", "lists/notes")
        for name in ["lines", "failures"] { try link(album, name, to: "lists/\(name)") }
        let server = try ScriptedServer { request in
            request.image == "a.jpg" ? .result("new") : .status(400, #"{"detail":"No picture."}"#)
        }
        let arguments = [
            "folder", "CAPTION", "txt", album.path, "--no-captions", "--overwrite", "--jsonl", album.path("lines"),
            "--failures", album.path("failures"),
        ]
        for _ in 0..<2 { #expect(try Client.run(arguments, server: server).status == 1) }
        for name in ["lines", "failures"] {
            #expect(target(album, name) == "lists/\(name)")
            #expect(try album.lines("lists/\(name)").count == 1)
        }
        #expect(album.files == ["a.jpg", "b.jpg", "lines", "failures", "lists/notes", "lists/lines", "lists/failures"])
    }
}
