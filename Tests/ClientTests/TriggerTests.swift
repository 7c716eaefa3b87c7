import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder --trigger")
struct TriggerTests {
    @Test(
        "a caption begins with the word, once, however often the command runs",
        arguments: [
            ([], nil, "ohwx, new\n"),
            ([], "mine", "mine"),
            (["--overwrite"], "old\n", "ohwx, new\n"),
            (["--append"], "old", "ohwx, old, new\n"),
            (["--append"], "ohwx, old", "ohwx, old, new\n"),
            (["--append"], "ohwx old", "ohwx old, new\n"),
            (["--append"], "ohwx", "ohwx, new\n"),
            (["--append"], "ohwxy", "ohwx, ohwxy, new\n"),
            (["--append"], "new", "ohwx, new\n"),
            (["--prepend"], "old", "ohwx, new, old\n"),
            (["--prepend"], "ohwx, old", "ohwx, new, old\n"),
            (["--prepend"], "ohwx old", "ohwx, new, old\n"),
            (["--append", "--prefix", "<", "--suffix", ">"], "old", "ohwx, old, <new>\n"),
            (["--prepend", "--separator", "\\n"], "old", "ohwx\nnew\nold\n"),
        ] as [([String], String?, String)])
    func captions(options: [String], old: String?, expected: String) throws {
        let album = try Album("a.jpg")
        if let old { try album.add("a.txt", Data(old.utf8)) }
        let server = try ScriptedServer { _ in .result("new") }
        for _ in 0..<3 {
            let run = try Client.run(
                ["folder", "CAPTION", "txt", album.path, "--trigger", "ohwx, "] + options, server: server)
            #expect(run.status == 0, "\(run.errors)")
            #expect(album.text("a.txt") == expected)
        }
    }

    @Test("a run without the word and one with it give the same as one with it alone")
    func later() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .result("ohwx, new") }
        let arguments = ["folder", "CAPTION", "txt", album.path]
        _ = try Client.run(arguments, server: server)
        _ = try Client.run(arguments + ["--append", "--trigger", "ohwx"], server: server)
        #expect(album.text("a.txt") == "ohwx, new\n")
        _ = try Client.run(arguments + ["--overwrite", "--trigger", "ohwx"], server: server)
        #expect(album.text("a.txt") == "ohwx, new\n")
    }

    @Test("lines have it, places have not; an empty word is a mistake")
    func besides() throws {
        let album = try Album("a.jpg")
        let text = try ScriptedServer { _ in .result("new") }
        let arguments = ["folder", "CAPTION", "txt", album.path, "--trigger"]
        _ = try Client.run(arguments + ["ohwx", "--jsonl", album.path("out")], server: text)
        #expect(try album.lines("out").first?["result"] == "ohwx, new")
        let places = try ScriptedServer { _ in .status(200, #"{"result":{"labels":[]}}"#) }
        _ = try Client.run(arguments + ["ohwx", "--overwrite"], server: places)
        #expect(album.text("a.txt") == #"{"labels":[]}"# + "\n")
        let run = try Client.run(arguments + [" , "], server: text)
        #expect(run.status == 1 && run.errors == "--trigger needs a word, such as --trigger mytrigger.\n")
    }

    @Test("of random captions and ways, running once and running again come to the same, and nothing is lost")
    func random() throws {
        let words = ["ohwx", "ohwx,", "a", "b,", ",", " ", "ohwxy", "\n", "ohwx-1"]
        let trigger = try Trigger("ohwx", separator: ", ")
        for _ in 0..<5000 {
            let old = (0..<Int.random(in: 0...4)).map { _ in words.randomElement() ?? "" }.joined(separator: " ")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let existing = [ExistingCaption.append(separator: ", "), .prepend(separator: ", ")].randomElement()
            let rule = CaptionRule(existing: try #require(existing), trigger: trigger)
            let once = rule.combine(old, "new")
            #expect(rule.combine(once, "new") == once, "\(old)")
            #expect(once.hasPrefix("ohwx"))
            for word in ["a", "b", "ohwxy", "ohwx-1"] where old.contains(word) { #expect(once.contains(word)) }
        }
    }
}
