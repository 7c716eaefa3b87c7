import Foundation
import Testing

@Suite("vision-client edit")
struct EditTests {
    private func album() throws -> Album {
        let album = try Album("a.jpg", "sub/b.png", "c.jpg", "notes.md")
        try album.add("a.txt", Data("\u{FEFF}The image shows a cat.\r\n".utf8))
        try album.add("sub/b.txt", Data("mytrigger, solo, dog, solo".utf8))
        try album.add("c.jpg.txt", Data("a bird in the background".utf8))
        try album.add("readme.txt", Data("The image shows nothing.\n".utf8))
        return album
    }

    private func edit(_ album: Album, _ options: [String]) throws -> ClientRun {
        try Client.run(["edit", album.path] + options)
    }

    @Test("captions beside pictures change, and nothing else; --undo restores them byte for byte")
    func undo() throws {
        let album = try album()
        let before = Dictionary(uniqueKeysWithValues: album.files.map { ($0, album.bytes($0)) })
        let undo = album.path("undo.jsonl")
        let options = ["--trim-preamble", "--strip-location", "--dedupe-tags", "--trigger", "mytrigger"]
        let run = try edit(album, options + ["--undo-file", undo])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors == "Changed 3 of 3 captions. --undo \(undo) puts them back.\n")
        #expect(album.text("a.txt") == "\u{FEFF}mytrigger, A cat.\n")
        #expect(album.text("sub/b.txt") == "mytrigger, solo, dog\n")
        #expect(album.text("c.jpg.txt") == "mytrigger, a bird\n")
        let again = try edit(album, options)
        #expect(again.errors == "Changed 0 of 3 captions.\n")
        let back = try edit(album, ["--undo", undo])
        #expect(back.status == 0 && back.errors == "Put back 3 of 3 captions.\n")
        for (name, bytes) in before { #expect(album.bytes(name) == bytes, "\(name)") }
        #expect(album.files == Set(before.keys).union(["undo.jsonl"]))
    }

    @Test("--dry-run shows what would change")
    func dryRun() throws {
        let album = try album()
        let files = album.files
        let run = try edit(album, ["--append", "photo", "--dry-run"])
        #expect(
            run.output.hasPrefix("a.txt\n- The image shows a cat.\n+ The image shows a cat., photo\n"), "\(run.output)")
        #expect(run.errors == "Would change 3 of 3 captions.\n")
        #expect(album.files == files && album.text("c.jpg.txt") == "a bird in the background")
    }

    @Test("--undo --dry-run puts nothing back, and what --undo does not heed is refused")
    func plannedUndo() throws {
        let album = try album()
        #expect(try edit(album, ["--append", "one", "--undo-file", album.path("u.jsonl")]).status == 0)
        let changed = album.text("c.jpg.txt")
        let plan = try edit(album, ["--undo", album.path("u.jsonl"), "--dry-run"])
        #expect(plan.status == 0 && plan.errors == "Would put back 3 of 3 captions.\n", "\(plan.errors)")
        #expect(plan.output.contains("c.jpg.txt\n- a bird in the background, one\n+ a bird in the background\n"))
        #expect(album.text("c.jpg.txt") == changed)
        for options in [["--limit", "1"], ["--append", "x"], ["--trim-preamble"], ["--exclude", "a*"]] {
            let run = try edit(album, ["--undo", album.path("u.jsonl")] + options)
            #expect(run.status == 64 && run.errors.contains("no other option but --dry-run"), "\(options)")
        }
        let away = try edit(album, ["--undo", album.path("none.jsonl")])
        #expect(away.status == 1 && away.errors.contains("is not there, or may not be read, so nothing was put back."))
        let other = try Album("z.jpg")
        let wrong = try edit(other, ["--undo", album.path("u.jsonl")])
        #expect(wrong.status == 1 && wrong.output.contains("c.jpg.txt is not in \(other.path)."), "\(wrong.output)")
    }

    @Test("an undo file leads to nothing outside the folder, whatever stands behind its slashes")
    func traversal() throws {
        let album = try Album("in/a.jpg")
        let name = "\u{301}o.txt"
        try album.add(name, Data())
        try album.add("u.jsonl", Data("{\"file\":\"../\(name)\",\"old\":\"b2xk\",\"new\":\"\"}\n".utf8))
        let run = try Client.run(["edit", album.path("in"), "--undo", album.path("u.jsonl")])
        #expect(run.status == 1 && album.bytes(name) == Data(), "\(run.errors)")
    }

    @Test("edits that begin in one second have undo files of their own; an empty text is not added")
    func twice() throws {
        let album = try album()
        for word in ["one", "two", "three"] { #expect(try edit(album, ["--append", word]).status == 0) }
        #expect(album.files.count { $0.hasPrefix("vision-client-undo-") } == 3)
        for option in ["--append", "--prepend", "--find"] {
            let run = try edit(album, [option, " "])
            #expect(run.status == 64 && run.errors.contains("\(option) needs a text that is not empty."))
        }
    }

    @Test("--find lists captions, or picks those that are changed")
    func find() throws {
        let album = try album()
        let found = try edit(album, ["--find", "SOLO"])
        #expect(found.output == "sub/b.txt: mytrigger, solo, dog, solo\n")
        #expect(found.errors == "Found 1 of 3 captions.\n")
        let changed = try edit(
            album, ["--find", "bird", "--replace", "bird=owl", "--prepend", "x", "--separator", " "])
        #expect(changed.errors.hasPrefix("Changed 1 of 3 captions. --undo \(album.path)/vision-client-undo-"))
        #expect(album.text("c.jpg.txt") == "x a owl in the background\n")
    }

    @Test("what has changed since an edit is not put back over")
    func changedSince() throws {
        let album = try album()
        let undo = album.path("undo.jsonl")
        _ = try edit(album, ["--append", "x", "--undo-file", undo])
        try album.add("a.txt", Data("mine".utf8))
        let back = try edit(album, ["--undo", undo])
        #expect(back.status == 1 && back.output.contains("a.txt has changed since"), "\(back.output)")
        #expect(back.errors == "Put back 2 of 3 captions, 1 failed.\n")
        #expect(album.text("a.txt") == "mine" && album.text("c.jpg.txt") == "a bird in the background")
    }

    @Test(
        "what cannot be is said",
        arguments: [
            ([], "There is nothing to do."), (["--undo", "missing"], "missing is not there, or may not be read"),
            (["--undo", "notes.md"], "notes.md is no undo file"),
            (["--append", "x", "--undo-file", "notes.md"], "never written over"),
            (["--extension", "jpg", "--append", "x"], "cannot be the extension"),
            (["--trigger", " ", "--sort-tags"], "--trigger needs"),
        ])
    func impossible(options: [String], words: String) throws {
        let album = try album()
        let texts = album.files.map { album.bytes($0) }
        let run = try Client.run(["edit", "."] + options, folder: album.folder)
        #expect(run.status != 0 && run.errors.contains(words), "\(run.errors)")
        #expect(album.files.map { album.bytes($0) } == texts)
    }

    @Test("text that is not UTF-8 is reported and left alone")
    func foreign() throws {
        let album = try Album("a.jpg")
        try album.add("a.txt", Data([0x61, 0xFF]))
        let run = try edit(album, ["--append", "x"])
        #expect(run.status == 1 && run.errors == "Changed 0 of 0 captions, 1 failed.\n", "\(run.errors)")
        #expect(album.bytes("a.txt") == Data([0x61, 0xFF]))
    }
}
