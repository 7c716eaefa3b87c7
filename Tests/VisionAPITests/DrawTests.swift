import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPITypes

@Suite("Drawings of answers, and the size that they need", .timeLimit(.minutes(10)))
struct DrawTests {
    /// An empty folder, removed at the end.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "vision server drawings \(UUID())")

        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: url) }

        func path(_ name: String) -> String { url.appending(path: name).path }

        func text(_ name: String) -> String? { try? String(contentsOf: URL(filePath: path(name)), encoding: .utf8) }
    }

    /// The example with an EXIF turn by a quarter, as a chunk of its own behind the header.
    static func turned() -> Data {
        let tiff: [UInt8] = [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let chunk: [UInt8] = [0, 0, 0, UInt8(tiff.count)] + Array("eXIf".utf8) + tiff + [0xD6, 0x67, 0x4B, 0x69]
        return Demo.image.prefix(33) + Data(chunk) + Demo.image.dropFirst(33)
    }

    @Test("caption --draw writes a drawing a picture: embedded, linked, and anew over its own only")
    func drawings() throws {
        let folder = try Folder()
        try Demo.image.write(to: URL(filePath: folder.path("a <&\"'> b.png")))
        let arguments = [
            "caption", folder.path("a <&\"'> b.png"), "--model", "demo", "--prompt", "<OD>", "--draw",
            folder.path("drawn/here"),
        ]
        let first = try Program.run(arguments)
        #expect(first.status == 0 && first.output.hasPrefix(#"{"bboxes""#), "\(first.errors)")
        let name = "drawn/here/a <&\"'> b.png.svg"
        let embedded = try #require(folder.text(name))
        #expect(embedded.contains("<title>a &lt;&amp;&quot;'&gt; b.png</title>"))
        #expect(embedded.contains("href=\"data:image/png;base64,\(Demo.image.base64EncodedString())\""))
        #expect(embedded.contains(">square</text>") && embedded.contains(#"viewBox="0 0 640 480""#))
        let second = try Program.run(arguments + ["--draw-linked"])
        #expect(second.status == 0, "\(second.errors)")
        let linked = try #require(folder.text(name))
        #expect(linked.contains(#"href="../../a%20%3C%26%22%27%3E%20b.png""#) && !linked.contains("base64"))
        try Data("mine".utf8).write(to: URL(filePath: folder.path(name)))
        let third = try Program.run(arguments)
        #expect(third.status == 1 && third.errors.contains("is none of the drawings that --draw makes"))
        #expect(folder.text(name) == "mine")
    }

    @Test("coordinates are those of the upright picture: an EXIF turn swaps the sides; a text is told as one")
    func turn() throws {
        let folder = try Folder()
        try Self.turned().write(to: URL(filePath: folder.path("turned.png")))
        let run = try Program.run([
            "caption", folder.path("turned.png"), "--model", "demo", "--draw", folder.path("."),
        ])
        #expect(run.status == 0, "\(run.errors)")
        let drawing = try #require(folder.text("turned.png.svg"))
        #expect(drawing.contains(#"viewBox="0 0 480 640""#) && drawing.contains("<desc>"))
    }

    @Test("a folder that is called ~ is that folder, not the user's own")
    func tilde() throws {
        let (folder, home) = (try Folder(), try Folder())
        for url in [folder.url.appending(path: "~"), home.url.appending(path: "d")] {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        try Demo.image.write(to: URL(filePath: folder.path("~/a.png")))
        try Data("mine".utf8).write(to: URL(filePath: home.path("d/a.png.svg")))
        let run = try Program.run(
            ["caption", "~/a.png", "--model", "demo", "--draw", "~/d"], environment: ["HOME": home.url.path],
            folder: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        #expect(folder.text("~/d/a.png.svg")?.contains("data:image/png") == true)
        #expect(home.text("d/a.png.svg") == "mine")
    }

    @Test("what is in the way of a drawing is one plain sentence, before the model is asked")
    func obstacles() throws {
        let folder = try Folder()
        let image = folder.path("a.png")
        try Demo.image.write(to: URL(filePath: image))
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "nowhere")
        for (draw, reason) in [
            ("a.png", "not a directory"), ("a.png/g", "not a directory"), ("link", "no such file or directory"),
        ] {
            let run = try Program.run(["caption", image, "--model", "demo", "--draw", folder.path(draw)])
            let sentence = "\(image): \(folder.path(draw))/a.png.svg cannot be written: \(reason).\n"
            #expect(run.status == 1 && run.output == "" && run.errors.hasSuffix(sentence), "\(run.errors)")
        }
    }

    @Test("a RAW file's drawing holds the preview, also where pictures are linked")
    func raw() throws {
        let folder = try Folder()
        let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let preview = try Data(
            contentsOf: samples.appending(path: "Goldens/images/files/jpeg_baseline_420_37x23.jpg"))
        // Fuji's: a header that says where the preview is.
        let places = [148, preview.count].flatMap { number in
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Array($0) }
        }
        let mark = Data("FUJIFILMCCD-RAW 0201FF129504X-T3".utf8)
        let file = mark + Data(count: 84 - mark.count) + Data(places) + Data(count: 56) + preview
        try file.write(to: URL(filePath: folder.path("a.raf")))
        let run = try Program.run([
            "caption", folder.path("a.raf"), "--model", "demo", "--draw", folder.path("d"), "--draw-linked",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let drawing = try #require(folder.text("d/a.raf.svg"))
        #expect(drawing.contains("data:image/jpeg;base64,\(preview.base64EncodedString())"))
        #expect(drawing.contains(#"viewBox="0 0 37 23""#))
    }

    @Test("two pictures of one name, a flag without its folder: one sentence, and nothing runs")
    func mistakes() throws {
        let twice = try Program.run(["caption", "a/x.png", "b/x.png", "--model", "demo", "--draw", "d"])
        #expect(twice.errors.contains("a/x.png and b/x.png would have the same drawing"), "\(twice.errors)")
        let flag = try Program.run(["caption", "x.png", "--model", "demo", "--draw-linked"])
        #expect(flag.errors.contains("it needs --draw FOLDER"), "\(flag.errors)")
    }

    @Test("an answer about one picture tells the size of it upright; one about several does not")
    func size() async throws {
        let turned = Self.turned().base64EncodedString()
        let bodies: [(String, String?)] = [
            (String(decoding: Demo.captionBody, as: UTF8.self), "640x480"),
            (#"{"image":"\#(turned)","prompt":["<CAPTION>","<OD>"]}"#, "480x640"),
            (#"{"images":["\#(turned)"],"prompt":"<CAPTION>"}"#, nil),
        ]
        try await Demo.application().test(.router) { client in
            for (body, size) in bodies {
                let answer = try await client.execute(
                    uri: "/process_image", method: .post, body: ByteBuffer(string: body))
                #expect(answer.status == .ok)
                #expect(answer.headers[try #require(.init(ImageSize.header))] == size)
            }
        }
    }

    @Test("a size is two numbers that a picture can have", arguments: ["", "x", "1x", "0x4", "-1x4", "4x4x4", "1e3x4"])
    func sizes(text: String) {
        #expect(ImageSize(text) == nil)
        #expect(ImageSize("640x480") == ImageSize(width: 640, height: 480))
    }
}
