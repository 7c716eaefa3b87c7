import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder where nothing can be written")
struct StorageTests {
    @Test("a full disk ends the run with one sentence", .enabled(if: Client.mounting != nil, "nothing can be mounted"))
    func fullDisk() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try FileManager.default.createDirectory(atPath: album.path("full"), withIntermediateDirectories: true)
        let server = try ScriptedServer { _ in .result(String(repeating: "long ", count: 1000)) }
        let script = """
            mount -t tmpfs -o size=64k tmpfs full && cp *.jpg full && head -c 1000000 /dev/zero >full/filler
            "$0" "$@"; code=$?; ls -A full; exit $code
            """
        let run = try Client.run(
            ["folder", "CAPTION", "txt", "full", "--quiet"], server: server,
            wrapper: (Client.mounting ?? []) + [script], folder: album.folder)
        #expect(run.status == 1)
        #expect(run.errors.components(separatedBy: "The disk is full: ").count == 2, "\(run.errors)")
        #expect(run.errors.hasSuffix(".txt cannot be written. Make room; the same command goes on from here.\n"))
        #expect(!run.errors.contains("failed"))
        #expect(run.output == "a.jpg\nb.jpg\nc.jpg\nfiller\n")
        #expect(server.requests.count <= 2)
    }

    @Test("so does a list that cannot be written any more")
    func fullList() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
        let server = try ScriptedServer { _ in .status(400, #"{"detail":"No picture."}"#) }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--failures", "/dev/full", "--jobs", "1"], server: server)
        #expect(run.status == 1)
        let sentence = "The disk is full: /dev/full cannot be written. Make room; the same command goes on from here.\n"
        #expect(run.errors.hasSuffix(sentence), "\(run.errors)")
        #expect(server.requests.count == 1)
    }

    @Test("the system's reason is told where Foundation has it inside its own error")
    func reason() throws {
        let album = try Album("a.jpg")
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--output-dir", album.path("a.jpg/out")],
            server: try ScriptedServer { _ in .result("new") })
        let sentence = "a.jpg/out cannot be written: not a directory."
        #expect(run.status == 1 && run.errors.contains(sentence), "\(run.errors)")
    }

    @Test("a device, or a pipe, is never replaced by a file")
    func device() throws {
        let album = try Album()
        mkfifo(album.path("pipe"), 0o600)
        try FileManager.default.createSymbolicLink(atPath: album.path("link"), withDestinationPath: "pipe")
        for name in ["pipe", "link"] {
            #expect(throws: ClientError.unwritable(file: album.path(name), reason: "it is no ordinary file")) {
                try AtomicFileWriter().replace(album.path(name), with: Data("new".utf8))
            }
        }
        var status = stat()
        #expect(lstat(album.path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(album.files == ["pipe", "link"])
    }

    @Test(
        "the folder that was given ends the run; nothing is asked",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func given() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try album.add("a.txt", Data("mine".utf8))
        try album.permit(0o555, "")
        defer { try? album.permit(0o755, "") }
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path], server: server, wrapper: Client.heedingPermissions ?? [])
        #expect(run.status == 1)
        #expect(
            run.errors
                == "Captioned 0 pictures, skipped 1 captioned before.\nNothing may be written into \(album.path). "
                + "The same command goes on from here.\n")
        #expect(server.requests.isEmpty)
    }

    @Test(
        "one below it fails its images, before they are asked about, and is told once",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func below() throws {
        let album = try Album("a.jpg", "sub/b.jpg", "sub/c.jpg", "sub/d.jpg", "z.jpg")
        try album.add("sub/d.txt", Data("mine".utf8))
        try album.permit(0o555, "sub")
        defer { try? album.permit(0o755, "sub") }
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--quiet", "--failures", album.path("f.jsonl")], server: server,
            wrapper: Client.heedingPermissions ?? [])
        #expect(run.status == 1)
        #expect(
            run.errors
                == "sub: nothing may be written into it; its pictures fail.\n"
                + "Captioned 2 pictures, skipped 1 captioned before, 2 failed.\n")
        #expect(Set(server.images) == ["a.jpg", "z.jpg"])
        #expect(try album.lines("f.jsonl").map { $0["file"] } == ["sub/b.jpg", "sub/c.jpg"])
    }

    @Test("on a file system that is read-only as a whole the first folder ends the run")
    func readOnly() {
        var folders = WritableFolders(given: "/given") { _ in EROFS }
        #expect(folders.judge("/given/sub") == .ends)
        folders = WritableFolders(given: "/given") { $0 == "/given" ? EACCES : $0 == "/given/ro" ? EROFS : 0 }
        #expect(folders.judge("/given/ro") == .fails(isTold: false))
        #expect(folders.judge("/given/ro") == .fails(isTold: true))
        #expect(folders.judge("/given/sub") == .writable)
        #expect(folders.judge("/given") == .ends)
    }
}
