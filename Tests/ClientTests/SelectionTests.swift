import CaptionClient
import Foundation
import Testing

@Suite("Which files of a folder vision-client takes")
struct SelectionTests {
    private func run(_ album: Album, _ options: [String] = []) throws -> (ClientRun, Set<String>) {
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--quiet"] + options, server: server)
        return (run, Set(server.images))
    }

    @Test("jfif, jpe, mpo, apng, heic, heif, hif, avif and jxl are images; what is not read is counted and named once")
    func endings() throws {
        let album = try Album(
            "a.jfif", "b.JPE", "c.mpo", "d.apng", "e.heic", "f.HEIF", "g.hif", "h.avif", "i.JXL", "1.psd", "2.PSD",
            "sub/3.psd", "4.x3f", "5.mov", "notes.md", "._6.heic", "._7.psd", ".heic", ".psd")
        let (run, images) = try run(album)
        #expect(run.status == 0)
        #expect(
            images == ["a.jfif", "b.JPE", "c.mpo", "d.apng", "e.heic", "f.HEIF", "g.hif", "h.avif", "i.JXL"])
        #expect(
            run.errors == "Left out, as such files are not read: 3 psd, 1 x3f, 1 mov.\nCaptioned 9 pictures.\n",
            "\(run.errors)")
    }

    @Test("hidden folders and those of other programs are left out, and named, unless they are asked for")
    func hidden() throws {
        let rubbish = [
            "@eaDir/a.jpg", ".thumbnails/b.jpg", ".Trash-1000/files/c.jpg", "$RECYCLE.BIN/d.jpg", ".stversions/e.jpg",
            "._f.jpg", ".hidden/g.jpg", "sub/@EADIR/h.jpg", "System Volume Information/i.jpg",
        ]
        let album = try Album("ok.jpg", ".dot.jpg", "sub/ok.png", "@home/ok.gif", "recycle/ok.bmp")
        for name in rubbish { try album.add(name) }
        let (run, images) = try run(album)
        #expect(images == ["ok.jpg", ".dot.jpg", "sub/ok.png", "@home/ok.gif", "recycle/ok.bmp"])
        let names = "$RECYCLE.BIN, .Trash-1000, .hidden, .stversions, .thumbnails, ..."
        #expect(
            run.errors.contains("Left out, as hidden folders and those of other programs are: \(names).\n"),
            "\(run.errors)")
        let (everything, all) = try self.run(album, ["--include-hidden"])
        #expect(all == Set(rubbish))
        #expect(everything.errors == "Captioned \(rubbish.count) pictures, skipped 5 captioned before.\n")
    }

    @Test("the folder that was given is always entered")
    func given() throws {
        let album = try Album(".hidden/a.jpg", "@eaDir/b.jpg")
        for folder in [".hidden", "@eaDir"] {
            let server = try ScriptedServer { _ in .result("new") }
            let run = try Client.run(["folder", "CAPTION", "txt", folder], server: server, folder: album.folder)
            #expect(run.status == 0 && server.requests.count == 1, "\(run.errors)")
        }
    }

    @Test("--exclude leaves out files and folders by their names, or by their paths where there is a slash")
    func exclude() throws {
        let album = try Album(
            "draft-1.jpg", "a.jpg", "old/b.jpg", "sub/old/c.jpg", "sub/d.jpg", "x/y/e.jpg", "x/f.jpg", "ä1.jpg")
        let (_, images) = try run(album, ["--exclude", "draft-*", "--exclude", "old/", "--exclude", "x/*/*.jpg"])
        #expect(images == ["a.jpg", "sub/d.jpg", "x/f.jpg", "ä1.jpg"])
        let (_, others) = try run(album, ["--overwrite", "--exclude", "?1.jpg", "--exclude", "**/[b-d].jpg"])
        #expect(others == ["draft-1.jpg", "a.jpg", "x/y/e.jpg", "x/f.jpg"])
        #expect(try run(album, ["--exclude", ""]).0.errors.contains("--exclude needs a pattern"))
    }

    @Test("patterns mean what fnmatch says, over many random ones")
    func slowTwin() {
        var random = SystemRandomNumberGenerator()
        let (pieces, letters) = (["a", "b", "*", "?", "/", ".", "[ab]", "[!a]", "[a-c]", "\\*", "-"], Array("ab./*-c"))
        var matches = 0
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement() ?? "a" }
                .joined()
            let text = String((0..<Int.random(in: 0...5, using: &random)).map { _ in letters.randomElement() ?? "a" })
            // Two stars are one thing here, and another there.
            if pattern.contains("**") { continue }
            let expected = fnmatch(pattern, text, FNM_PATHNAME) == 0
            if expected { matches += 1 }
            #expect(Glob(pattern).matches(text) == expected, "\(pattern) \(text)")
        }
        #expect(matches > 100)
        #expect(Glob("a/**").matches("a/b/c") && Glob("**c").matches("a/b/c") && !Glob("*c").matches("a/b/c"))
        #expect(Glob("[").matches("[") && Glob("[]a]").matches("]") && Glob("\\").matches("\\"))
        #expect(!Glob(String(repeating: "*a", count: 40)).matches(String(repeating: "a", count: 39) + "b"))
    }
}
