import Eventually
import Foundation
import Testing

@Suite("One exiftool for a whole run", .enabled(if: exifToolPath != nil, "exiftool is not installed"))
struct ExifToolSessionTests {
    private func run(_ album: Album, _ tool: ExifToolStandIn, _ options: [String] = []) throws -> ClientRun {
        let server = try ScriptedServer { .result("a picture of \($0.body.count) bytes") }
        return try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--exif", "--no-captions", "--quiet"] + options, server: server,
            environment: tool.environment)
    }

    private func description(_ file: String) throws -> String {
        String(decoding: try RealExifTool.run(["-s3", "-XMP-dc:Description", file]), as: UTF8.self)
    }

    @Test("forty pictures are read and written by one process")
    func oneStart() throws {
        let names = (10..<50).map { "\($0).jpg" }
        let (album, tool) = (try RealExifTool.album(names), try ExifToolStandIn())
        let first = try run(album, tool)
        #expect(first.status == 0 && first.errors == "Captioned 40 pictures.\n", "\(first.errors)")
        #expect(tool.starts.count == 1)
        for name in ["10.jpg", "49.jpg"] { #expect(try description(album.path(name)).hasPrefix("a picture of ")) }
        #expect(album.files == Set(names))
        let second = try run(album, tool)
        #expect(second.errors.contains("skipped 40 with a description of their own."), "\(second.errors)")
        #expect(tool.starts.count == 2)
    }

    @Test("an exiftool that dies while it writes fails that picture, is started once more, and leaves nothing half")
    func diesWriting() throws {
        // Whichever comes first: a picture that dies last would need no other exiftool.
        let script = #"""
            case "$*" in
            *-overwrite_original*)
                printf '%s\n' "$*" >> "$here/writes"
                if mkdir "$here/died"; then
                    for each do case $each in /*.jpg) : > "${each}_exiftool_tmp" ;; esac; done
                    kill -9 $$
                fi ;;
            esac
            """#
        let names = ["a.jpg", "b.jpg", "c.jpg"]
        let (album, tool) = (try RealExifTool.album(names), try ExifToolStandIn(script))
        let before = album.bytes("a.jpg")
        let run = try run(album, tool)
        #expect(run.status == 1)
        #expect(
            run.errors.contains(".jpg failed: exiftool could not write the metadata: it ended without a word.\n"),
            "\(run.errors)")
        #expect(run.errors.hasSuffix("Captioned 2 pictures, 1 failed.\n"))
        #expect(tool.starts.count == 2, "\(run.errors)\n\(tool.text("writes") ?? "")")
        #expect(album.files == Set(names) && names.count { album.bytes($0) == before } == 1)
        #expect(try names.count { try !description(album.path($0)).isEmpty } == 2)
    }

    @Test("names that no list of lines can hold, and those that look like options, get their captions, too")
    func oddNames() throws {
        let names = ["a\nb.jpg", "a\r.jpg", "a\n$x @y.jpg", "#[CSTR]c.jpg", " d .jpg", "-execute.jpg", "e\nf/g.jpg"]
        let (album, tool) = (try RealExifTool.album(names), try ExifToolStandIn())
        let run = try run(album, tool)
        #expect(run.status == 0, "\(run.errors)")
        for name in names { #expect(try description(album.path(name)).hasPrefix("a picture of "), "\(name)") }
        #expect(album.files == Set(names))
    }

    @Test("a client that is killed leaves no exiftool behind")
    func killed() async throws {
        let (album, latch) = (try RealExifTool.album(["a.jpg"]), Latch())
        let server = try ScriptedServer { _ in
            latch.pass()
            return .result("a")
        }
        let tool = try ExifToolStandIn()
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--exif"],
            environment: tool.environment.merging(["VISION_HOST": server.address]) { $1 })
        try await eventually { server.requests.count == 1 }
        let process = try #require(tool.starts.first)
        #expect(kill(process, 0) == 0)
        client.send(SIGKILL)
        #expect(client.finish().status == -SIGKILL)
        try await eventually { kill(process, 0) != 0 }
        latch.open()
    }
}
