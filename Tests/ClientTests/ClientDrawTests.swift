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
}
