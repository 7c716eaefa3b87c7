import Foundation
import Testing

@Suite("vision-client: --draw")
struct ClientDrawTests {
    private static let boxes = #"{"result":{"bboxes":[[1,2,30,40]],"labels":["<cat> & \"dog\""]}}"#

    private func server(_ answer: String = boxes, size: String? = "320x240") throws -> ScriptedServer {
        try ScriptedServer { _ in .status(200, answer, headers: size.map { ["x-image-size": $0] } ?? [:]) }
    }

    @Test("a drawing holds the picture, or its address, and what was found")
    func verb() throws {
        let album = try Album("one.png", "two.png")
        let server = try server()
        let run = try Client.run(
            ["OD", album.path("one.png"), album.path("two.png"), "--draw", album.path("drawn")], server: server)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        let drawing = try #require(album.text("drawn/one.png.svg"))
        #expect(drawing.contains(#"viewBox="0 0 320 240""#) && drawing.contains(#"d="M1 2L30 2L30 40L1 40Z""#))
        #expect(drawing.contains("&lt;cat&gt; &amp; &quot;dog&quot;</text>"))
        #expect(drawing.contains("base64,\(Data("one.png".utf8).base64EncodedString())"))
        let linked = try Client.run(
            ["OD", album.path("two.png"), "--draw", album.path("drawn"), "--draw-linked"], server: server)
        #expect(linked.status == 0, "\(linked.errors)")
        #expect(album.text("drawn/two.png.svg")?.contains(#"href="../two.png""#) == true)
    }

    @Test("what is no drawing stays, and the server is not asked in vain; a server that tells no size is told of")
    func refusals() throws {
        let album = try Album("one.png")
        try album.add("one.png.svg", Data("mine".utf8))
        let server = try server()
        let run = try Client.run(["OD", album.path("one.png"), "--draw", album.path], server: server)
        #expect(run.status == 1 && run.errors.contains("is none of the drawings that --draw makes"), "\(run.errors)")
        #expect(album.text("one.png.svg") == "mine" && server.requests.isEmpty)
        let old = try self.server(size: nil)
        let without = try Client.run(["OD", album.path("one.png"), "--draw", album.path("new")], server: old)
        #expect(without.status == 1 && without.errors.contains("does not say how large"), "\(without.errors)")
        let odd = try self.server(#"{"result":{"bboxes":["x"]}}"#)
        let misread = try Client.run(["OD", album.path("one.png"), "--draw", album.path("new")], server: odd)
        #expect(misread.status == 1 && misread.errors.contains("cannot be understood"), "\(misread.errors)")
    }

    @Test("a folder's drawings lie as its pictures do; those that are there are not drawn again without --overwrite")
    func folder() throws {
        let album = try Album("a.png", "sub/b.png")
        let server = try server()
        let arguments = ["folder", "OD", "txt", album.path, "--no-captions", "--draw", album.path("drawn")]
        let first = try Client.run(arguments, server: server)
        #expect(first.status == 0 && first.errors.contains("Captioned 2 pictures."), "\(first.errors)")
        #expect(album.text("drawn/a.png.svg") != nil && album.text("drawn/sub/b.png.svg") != nil)
        #expect(album.text("a.txt") == nil)
        let second = try Client.run(arguments, server: server)
        #expect(second.errors.contains("skipped 2 drawn before"), "\(second.errors)")
        #expect(server.requests.count == 2)
        try FileManager.default.removeItem(atPath: album.path("drawn/a.png.svg"))
        _ = try Client.run(arguments, server: server)
        #expect(server.requests.count == 3 && album.text("drawn/a.png.svg") != nil)
        _ = try Client.run(arguments + ["--overwrite"], server: server)
        #expect(server.requests.count == 5)
        try album.add("drawn/sub/b.png.svg", Data("mine".utf8))
        let foreign = try Client.run(arguments + ["--overwrite"], server: server)
        #expect(foreign.status == 1 && foreign.errors.contains("sub/b.png failed:"), "\(foreign.errors)")
        #expect(album.text("drawn/sub/b.png.svg") == "mine" && server.requests.count == 6)
    }

    @Test("captions that are there already do not keep drawings from being made")
    func beside() throws {
        let album = try Album("a.png")
        try album.add("a.txt", Data("a caption\n".utf8))
        let server = try server(#"{"result":"another"}"#)
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--draw", album.path("d")], server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(album.text("a.txt") == "a caption\n")
        #expect(album.text("d/a.png.svg")?.contains("<desc>another</desc>") == true)
    }

    @Test("a folder that is called ~ is that folder, not the user's own")
    func tilde() throws {
        let (album, home) = (try Album("~/one.png"), try Album())
        try home.add("d/one.png.svg", Data("mine".utf8))
        let run = try Client.run(
            ["OD", "~/one.png", "--draw", "~/d"], server: try server(), environment: ["HOME": home.path],
            folder: album.folder)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        #expect(album.files == ["~/one.png", "~/d/one.png.svg"] && home.text("d/one.png.svg") == "mine")
        #expect(album.text("~/d/one.png.svg")?.contains(Data("~/one.png".utf8).base64EncodedString()) == true)
    }

    @Test("what is in the way of a drawing is told in words, before the server is asked")
    func obstacles() throws {
        let long = String(repeating: "x", count: 248) + ".png"
        let album = try Album("one.png", long)
        try FileManager.default.createSymbolicLink(atPath: album.path("link"), withDestinationPath: "nowhere")
        let server = try server()
        for (image, folder, reason) in [
            ("one.png", "one.png", "not a directory"), ("one.png", "one.png/d", "not a directory"),
            ("one.png", "link", "no such file or directory"), (long, "d", "file name too long"),
        ] {
            let run = try Client.run(["OD", album.path(image), "--draw", album.path(folder)], server: server)
            let sentence = "\(image).svg cannot be written: \(reason).\n"
            #expect(run.status == 1 && run.errors.hasSuffix(sentence), "\(run.errors)")
        }
        let all = try Client.run(
            ["folder", "OD", "txt", album.path, "--no-captions", "--draw", album.path("one.png")], server: server)
        #expect(all.status == 1 && all.errors.contains("cannot be written: not a directory."), "\(all.errors)")
        #expect(server.requests.isEmpty)
    }

    @Test(
        "a folder of drawings that cannot be written ends the run; nothing is asked",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func permissions() throws {
        let album = try Album("a.png", "b.png", "drawn/sub/note")
        try album.permit(0o555, "drawn")
        defer { try? album.permit(0o755, "drawn") }
        let server = try server()
        let drawn = album.path("drawn")
        for folder in [drawn, drawn + "/new/er"] {
            let run = try Client.run(
                ["folder", "OD", "txt", album.path, "--no-captions", "--draw", folder], server: server,
                wrapper: Client.heedingPermissions ?? [])
            #expect(run.status == 1)
            #expect(
                run.errors.hasSuffix(
                    "Nothing may be written into \(drawn). The same command goes on from here.\n"), "\(run.errors)")
            let one = try Client.run(
                ["OD", album.path("a.png"), "--draw", folder], server: server,
                wrapper: Client.heedingPermissions ?? [])
            #expect(one.status == 1 && one.errors.hasSuffix("cannot be written: permission denied.\n"), "\(one.errors)")
        }
        #expect(server.requests.isEmpty)
    }

    @Test("a picture that vanishes while it is asked about is told of", arguments: [false, true])
    func gone(isLinked: Bool) throws {
        let album = try Album("one.png")
        let image = album.path("one.png")
        let server = try ScriptedServer { _ in
            unlink(image)
            return .status(200, Self.boxes, headers: ["x-image-size": "320x240"])
        }
        let run = try Client.run(
            ["OD", image, "--draw", album.path("d")] + (isLinked ? ["--draw-linked"] : []), server: server)
        #expect(run.status == 1 && run.errors.hasSuffix("one.png: There is no such file.\n"), "\(run.errors)")
    }

    @Test("a picture of a shard is held even where others are linked: its file goes away")
    func shard() throws {
        let (album, source) = (try Album("x.png"), try Album("a.png"))
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-cf", album.path("in.tar"), "-C", source.path, "a.png"]
        try tar.run()
        tar.waitUntilExit()
        let run = try Client.run(
            ["folder", "CAPTION", album.path, "--format", "hf-jsonl", "--draw", album.path("d"), "--draw-linked"],
            server: try server(#"{"result":"a cat"}"#))
        #expect(run.status == 0, "\(run.errors)")
        #expect(album.text("d/x.png.svg")?.contains(#"href="../x.png""#) == true)
        let held = "base64,\(Data("a.png".utf8).base64EncodedString())"
        #expect(album.text("d/in.tar/a.png.svg")?.contains(held) == true)
    }

    @Test("drawings beside the pictures are not told as pictures that are not read; other SVG files are")
    func own() throws {
        let album = try Album("a.png", "b.nef")
        for name in ["a.png.svg", "b.nef.svg", "c.svg", ".svg", "d.txt.svg"] { try album.add(name) }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--exclude", "b.nef"], server: try server(#"{"result":"x"}"#))
        #expect(run.errors.contains("Left out, as such files are not read: 2 svg.\n"), "\(run.errors)")
    }
}
