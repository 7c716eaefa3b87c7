import Foundation
import Images
import Testing

@Suite("RAW files")
struct RawTests {
    private static let preview: Data = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/images/files/jpeg_baseline_420_37x23.jpg")
        return (try? Data(contentsOf: file)) ?? Data()
    }()

    /// Fuji's: a header that says where the preview is.
    private static var raf: Data {
        var file = Data("FUJIFILMCCD-RAW 0201FF129504X-T3".utf8)
        file += Data(count: 84 - file.count)
        file += bigEndian(148) + bigEndian(preview.count)
        return file + Data(count: 148 - file.count) + preview
    }

    /// A directory with a preview, turned to the right.
    private static var nef: Data {
        let entries = [(0x0103, 3, 6 << 16), (0x0111, 4, 62), (0x0112, 3, 6 << 16), (0x0117, 4, preview.count)]
        var file = Data("MM\0*".utf8) + bigEndian(8) + bigEndian(entries.count).suffix(2)
        for (tag, type, value) in entries {
            file += bigEndian(tag << 16 | type) + bigEndian(1) + bigEndian(value)
        }
        return file + Data(count: 62 - file.count) + preview
    }

    private static func bigEndian(_ number: Int) -> Data {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Data($0) }
    }

    private func images(_ server: ScriptedServer) -> [Data] {
        server.requests.compactMap { ($0.field("image") as? String).flatMap { Data(base64Encoded: $0) } }
    }

    @Test("of a RAW file without a JPEG beside it the preview is sent, turned as the file says")
    func previews() throws {
        let album = try Album()
        try album.add("a.RAF", Self.raf)
        try album.add("b.nef", Self.nef)
        let server = try ScriptedServer { _ in .result("a cat") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--quiet"], server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(album.text("a.txt") == "a cat\n" && album.text("b.txt") == "a cat\n")
        #expect(album.bytes("a.RAF") == Self.raf && album.bytes("b.nef") == Self.nef)
        let sent = images(server)
        #expect(sent.contains(Self.preview))
        let turned = try #require(sent.first { $0 != Self.preview })
        #expect(try ImageDecoder().header(of: Array(turned)).orientation == 6)
        #expect(try ImageDecoder().decode(Array(turned)).width == 23)
    }

    @Test("any picture of its name speaks for it, the camera's own before one that was made of it")
    func exports() throws {
        let album = try Album("a.tif", "b.png", "b.jpg", "c.webp")
        for name in ["a.raf", "b.raf", "c.raf"] { try album.add(name, Self.raf) }
        let server = try ScriptedServer { _ in .result("a cat") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--quiet", "--full-names"], server: server)
        #expect(run.status == 0 && server.requests.count == 4, "\(run.errors)")
        let plain = try Client.run(["folder", "CAPTION", "txt", album.path, "--exclude", "b.png"], server: server)
        #expect(plain.status == 0, "\(plain.errors)")
        for name in ["a", "b", "c"] { #expect(album.text(name + ".txt") == "a cat\n") }
        #expect(!images(server).contains(Self.preview))
    }

    @Test("one without a preview is a failure that says so, and the verb caption sends previews, too")
    func none() throws {
        let album = try Album("c.dng")
        try album.add("a.raf", Self.raf)
        let server = try ScriptedServer { _ in .result("a cat") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--quiet"], server: server)
        #expect(run.status != 0 && run.errors.contains("This RAW file has no preview that can be shown."))
        #expect(album.text("a.txt") == "a cat\n" && album.text("c.txt") == nil)
        let one = try Client.run(["caption", "CAPTION", album.path("a.raf")], server: server)
        #expect(one.status == 0, "\(one.errors)")
        #expect(images(server) == [Self.preview, Self.preview])
    }

    @Test("a drawing of a RAW file holds its preview, turned as the file says, linked or not, whatever its name")
    func drawings() throws {
        let album = try Album()
        for name in ["a.raf", "b.nef", "c.png"] { try album.add(name, name == "b.nef" ? Self.nef : Self.raf) }
        let server = try ScriptedServer { _ in
            .status(200, #"{"result":"a cat"}"#, headers: ["x-image-size": "23x37"])
        }
        for flags in [[], ["--draw-linked"]] {
            let files = ["a.raf", "b.nef", "c.png"].map { album.path($0) }
            let run = try Client.run(["CAPTION"] + files + ["--draw", album.path("d")] + flags, server: server)
            #expect(run.status == 0, "\(run.errors)")
            let turned = try #require(images(server).first { ![Self.preview, Self.raf].contains($0) })
            for (name, shown) in [("a.raf", Self.preview), ("b.nef", turned), ("c.png", Self.preview)] {
                let address = "href=\"data:image/jpeg;base64,\(shown.base64EncodedString())\""
                #expect(album.text("d/\(name).svg")?.contains(address) == true, "\(name)")
            }
        }
    }
}
