import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder loses nothing")
struct PreservationTests {
    private static let latin = Data("caf".utf8) + [0xE9] + Data(" au lait\n".utf8)

    /// What is no caption: text in other encodings, and what is no text.
    private static let foreign: [Data] = [
        latin,
        Data([0xFF, 0xFE]) + Data("my words".utf8.flatMap { [$0, 0] }),
        Data([0xFE, 0xFF]) + Data("my words".utf8.flatMap { [0, $0] }),
        Data("nearly all ".utf8) + [0xC3],
        Data("half of a pair ".utf8) + [0xED, 0xA0, 0x80],
        Data("nothing \0 else".utf8),
        Data("ftypheic".utf8) + [0x01],
        Data("\u{1B}[31m red".utf8),
        Data("a backspace \u{7F}".utf8),
    ]

    @Test(
        "a file that is no text in UTF-8 stays as it is, byte for byte, and its image is a failure before it is asked about",
        arguments: [[], ["--overwrite"], ["--append"], ["--prepend"]])
    func foreign(options: [String]) throws {
        let album = try Album("z.jpg")
        for (index, content) in Self.foreign.enumerated() {
            try album.add("\(index).jpg")
            try album.add("\(index).txt", content)
        }
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path] + options, server: server)
        #expect(run.status == 1)
        for (index, content) in Self.foreign.enumerated() {
            #expect(album.bytes("\(index).txt") == content)
            #expect(run.errors.contains("\(index).jpg failed: \(album.path("\(index).txt")) is no text in UTF-8"))
        }
        #expect(server.images == ["z.jpg"])
        #expect(album.text("z.txt") == "new\n")
    }

    @Test(
        "a caption that may not be read stays as it is",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"),
        arguments: [[], ["--overwrite"], ["--append"], ["--prepend"]])
    func unreadable(options: [String]) throws {
        let album = try Album("a.jpg")
        try album.add("a.txt", Data("mine".utf8))
        try album.permit(0, "a.txt")
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path] + options, server: server,
            wrapper: Client.heedingPermissions ?? [])
        try album.permit(0o600, "a.txt")
        #expect(run.status == 1)
        #expect(run.errors.contains("a.txt may not be read, so it was left as it is"), "\(run.errors)")
        #expect(album.text("a.txt") == "mine")
        #expect(server.requests.isEmpty)
    }

    @Test("what cannot be looked at is not taken for a missing caption: nothing is asked for it")
    func notSeen() throws {
        let album = try Album()
        try album.add(String(repeating: "x", count: 240) + ".jpg", Data("a".utf8))
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "caption.of.mine", album.path], server: server)
        #expect(run.status == 1 && server.requests.isEmpty)
        let sentence = ".caption.of.mine may not be read, so it was left as it is: file name too long."
        #expect(run.errors.contains(sentence), "\(run.errors)")
    }

    @Test("all else that text may hold is text; a byte order mark stays at the beginning")
    func text() throws {
        let album = try Album("a.jpg", "b.jpg")
        try album.add("a.txt", Data("\u{FEFF}tab\tnew\r\npage\u{C}\u{85}\u{10FFFF} end\r\n".utf8))
        try album.add("b.txt", Data("old".utf8))
        let server = try ScriptedServer { _ in .result("new") }
        let arguments = ["folder", "CAPTION", "txt", album.path]
        #expect(try Client.run(arguments + ["--append"], server: server).status == 0)
        #expect(album.text("a.txt") == "\u{FEFF}tab\tnew\r\npage\u{C}\u{85}\u{10FFFF} end, new\n")
        #expect(try Client.run(arguments + ["--prepend"], server: server).status == 0)
        #expect(album.text("a.txt") == "\u{FEFF}new, tab\tnew\r\npage\u{C}\u{85}\u{10FFFF} end, new\n")
    }

    @Test("extensions of images, films, sidecars, archives and the like are refused, in any case and as a last part")
    func extensions() throws {
        let refused = FileKinds.images + FileKinds.unread + FileKinds.others
        for ending in ["heic", "nef", "xmp", "mov", "zip", "safetensors"] { #expect(refused.contains(ending)) }
        for ending in refused + ["HEIC", "..xmp", "tags.NEF", "txt.", "txt ", ".", "", "a\u{7}b"] {
            #expect(throws: ClientError.badExtension(ending)) { try CaptionNames(fileExtension: ending) }
        }
        for ending in ["txt", ".caption", "tags.txt", "json", "heic.txt"] {
            #expect(throws: Never.self) { try CaptionNames(fileExtension: ending) }
        }
        let album = try Album("a.jpg", "a.heic")
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "heic", album.path, "--overwrite"], server: server)
        #expect(run.status == 1)
        #expect(run.errors.contains("\"heic\" cannot be the extension of caption files."), "\(run.errors)")
        #expect(album.text("a.heic") == "a.heic")
    }

    @Test("a list of failures is not begun in a file that holds something else")
    func lists() throws {
        let album = try Album("a.jpg")
        try album.add("notes", Data("my notes\n".utf8))
        try album.add("old.jsonl", Data(#"{"error":"x","file":"a.jpg"}"#.utf8 + Data("\n{\"error\":\"y\"".utf8)))
        let server = try ScriptedServer { _ in .result("new") }
        for file in ["a.jpg", "notes"] {
            let before = album.bytes(file)
            for option in ["--failures", "--jsonl"] {
                let run = try Client.run(
                    ["folder", "CAPTION", "txt", album.path, option, album.path(file)], server: server)
                #expect(run.status == 1)
                #expect(run.errors.contains("Give another"), "\(run.errors)")
                #expect(album.bytes(file) == before)
            }
        }
        #expect(server.requests.isEmpty)
        let arguments = ["folder", "CAPTION", "txt", album.path, "--failures", album.path("old.jsonl")]
        #expect(try Client.run(arguments, server: server).status == 0)
        #expect(album.text("old.jsonl") == "")
    }

    @Test("an empty or blank caption file is no caption, and is written")
    func blank() throws {
        let blanks = ["", "\n", " \t\r\n\u{C}", "\u{FEFF}", "\u{FEFF} \u{A0}\u{3000}\n"]
        let album = try Album("z.jpg")
        for (index, blank) in blanks.enumerated() {
            try album.add("\(index).jpg")
            try album.add("\(index).txt", Data(blank.utf8))
        }
        try album.add("z.txt", Data(".".utf8))
        let server = try ScriptedServer { .result("of \($0.image)") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix("Captioned \(blanks.count) pictures, skipped 1 captioned before.\n"))
        for index in blanks.indices { #expect(album.text("\(index).txt") == "of \(index).jpg\n") }
        #expect(album.text("z.txt") == ".")
    }

    @Test("a caption that somebody else writes meanwhile is kept")
    func meanwhile() throws {
        let album = try Album("a.jpg", "b.jpg")
        try album.add("b.txt", Data())
        let folder = album.folder
        let server = try ScriptedServer { _ in
            for name in ["a.txt", "b.txt"] {
                try? Data("mine".utf8).write(to: folder.appending(path: name), options: .atomic)
            }
            return .result("new")
        }
        _ = try Client.run(["folder", "CAPTION", "txt", album.path], server: server)
        #expect(album.text("a.txt") == "mine" && album.text("b.txt") == "mine")
    }
}
