import Florence2
import Testing

@Suite("How much of a text cannot change any more")
struct SettledTextTests {
    @Test(
        "an end that may become something else is held back",
        arguments: [
            ("a dog ", "a dog"), ("  a", "a"), ("a <", "a"), ("a </", "a"), ("a </s", "a"), ("a </s>", "a"),
            ("a < b", "a < b"), ("caf\u{FFFD}", "caf"), ("a\u{FFFD}b", "a\u{FFFD}b"), ("a <<s>", "a"), ("", ""),
        ])
    func held(decoded: String, settled: String) {
        #expect(SettledText.prefix(of: decoded, tidying: false) == settled)
    }

    @Test("what was told stays the beginning of what is told later", arguments: [false, true])
    func onlyGrows(tidying: Bool) throws {
        let task = try TaskPrompt("<CAPTION>")
        let pieces = [
            " ", "  ", "a", "it", "'", " '", "s", " 's", "'m", ".", " .", " n't", " ?", "<", "<s>", "</s>", "s>", "/",
        ]
        var state: UInt64 = 7
        for _ in 0..<3000 {
            var (decoded, told) = ("", "")
            for _ in 0..<16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                decoded += pieces[Int(state >> 33) % pieces.count]
                let text = SettledText.prefix(of: decoded, tidying: tidying)
                #expect(text.unicodeScalars.starts(with: told.unicodeScalars), "\(decoded): \(text) after \(told)")
                told = text
            }
            let whole = tidying ? Tokenizer.cleanUp(decoded) : decoded
            let answer = PostProcessor()(whole, task: task, imageWidth: 1, imageHeight: 1)
            guard case .text(let answer) = answer else { Issue.record("no text"); continue }
            #expect(answer.unicodeScalars.starts(with: told.unicodeScalars), "\(decoded): \(answer) after \(told)")
        }
    }
}
