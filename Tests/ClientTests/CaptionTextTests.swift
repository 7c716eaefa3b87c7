import CaptionClient
import Testing

@Suite("CaptionText, ExistingCaption and RunProgress")
struct CaptionTextTests {
    @Test("controls, which no text file has, are left out")
    func controls() throws {
        let text = try CaptionText(.string("a\u{0}b\tc\nd\u{1B}\u{7F}é\u{85}")).text
        #expect(text == "ab\tc\ndé")
        #expect(throws: ClientError.emptyCaption) { try CaptionText(.string("\u{0} \u{1}")) }
    }

    @Test("an answer is trimmed before the prefix and the suffix are put around it")
    func affixes() throws {
        #expect(try CaptionText(.string(" \na cat\n "), prefix: "ohwx, ", suffix: " .").text == "ohwx, a cat .")
        #expect(throws: ClientError.emptyCaption) { try CaptionText(.string(" \n"), prefix: "ohwx") }
        #expect(throws: ClientError.emptyCaption) { try CaptionText(.null) }
    }

    @Test("tags are split at commas and lines, each once")
    func tags() throws {
        #expect(try CaptionText(.string("a, b c ,A,,\nd")).tags == ["a", "b c", "d"])
    }

    @Test("nothing is added twice")
    func combine() {
        let append = ExistingCaption.append(separator: ", ")
        #expect(append.combine("old", "new") == "old, new")
        #expect(append.combine("old, new", "new") == "old, new")
        #expect(append.combine("new", "new") == "new")
        #expect(append.combine("renew", "new") == "renew, new")
        #expect(append.combine(nil, "new") == "new" && append.combine("", "new") == "new")
        let prepend = ExistingCaption.prepend(separator: " ")
        #expect(prepend.combine("old", "new") == "new old")
        #expect(prepend.combine("new old", "new") == "new old")
    }

    @Test("the line of a run has a bar, the count, the rate and the time left, and fits into the terminal")
    func line() {
        var progress = RunProgress()
        progress.total = 100
        #expect(progress.line(elapsed: .zero, width: 80).hasSuffix("] 0 of 100"))
        progress.captioned = 23
        progress.failed = 2
        progress.skipped = [.captioned: 25]
        let line = progress.line(elapsed: .seconds(50), width: 120)
        let bar = "[" + String(repeating: "#", count: 20) + String(repeating: "-", count: 20) + "]"
        #expect(line == "\(bar) 50 of 100, 2 failed, 30 a minute, about 2 min left")
        #expect(progress.line(elapsed: .seconds(5), width: 120).hasSuffix(", 5.0 a second, about 10 s left"))
        #expect(progress.line(elapsed: .seconds(36_000), width: 120).hasSuffix(", 2.5 an hour, about 20 h left"))
        for width in 0...100 { #expect(progress.line(elapsed: .seconds(50), width: width).count <= max(width - 1, 0)) }
        progress.total = 50
        progress.isWatching = true
        #expect(progress.line(elapsed: .seconds(50), width: 80).hasSuffix("50 of 50, 2 failed, waiting for pictures"))
        #expect(progress.summary == "Captioned 23 pictures, skipped 25 captioned before, 2 failed.")
        progress.skipped = [.tagged: 2, .described: 1]
        #expect(
            progress.summary
                == "Captioned 23 pictures, skipped 1 with a description of its own and 2 tagged before, 2 failed.")
    }
}
