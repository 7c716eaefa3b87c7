import Florence2
import Testing

/// Behaviour that every vocabulary shares, shown with the demo model's.
@Suite struct TokenizerTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try Tokenizer(tokenizerJSON: TextGoldens.demo("tokenizer.json")) }

    @Test(
        "Every text without special tokens comes back",
        arguments: ["", " ", "\0", "a\r\n b", "\u{10FFFF}", "日本 \u{85}"])
    func roundTrip(text: String) {
        #expect(tokenizer.decode(tokenizer.encodeWithoutSpecialTokens(text)).utf8.elementsEqual(text.utf8))
    }

    @Test("Tokens spelled in the text become their ids; <mask> swallows the space before it")
    func addedTokens() throws {
        let (bos, eos) = (try #require(tokenizer.id(of: "<s>")), try #require(tokenizer.id(of: "</s>")))
        let (mask, location) = (try #require(tokenizer.id(of: "<mask>")), try #require(tokenizer.id(of: "<loc_7>")))
        #expect(tokenizer.encode("") == [bos, eos])
        #expect(tokenizer.encode("<loc_7> \t<mask></s>") == [bos, location, mask, eos, eos])
        #expect(tokenizer.id(of: "<loc_1000>") == nil)
        #expect(tokenizer.decode([bos, location, eos]) == "<s><loc_7></s>")
    }

    @Test("Ids that no token has are dropped")
    func unknownIDs() {
        #expect(tokenizer.decode([-1, .min, .max, 1_000_000, tokenizer.count]) == "")
    }

    @Test("Broken UTF-8 becomes U+FFFD, one for each maximal part")
    func brokenUTF8() {
        let ids = tokenizer.encodeWithoutSpecialTokens("\u{1F600}").dropLast()
        #expect(tokenizer.decode(ids + tokenizer.encodeWithoutSpecialTokens("a")) == "\u{FFFD}a")
    }

    @Test(
        "A megabyte of one letter, of spaces, of marks takes no quadratic time", .timeLimit(.minutes(10)),
        arguments: ["a", " ", "<", "\u{E9}"])
    func longRuns(unit: String) {
        let text = String(repeating: unit, count: 1_000_000)
        #expect(tokenizer.decode(tokenizer.encodeWithoutSpecialTokens(text)) == text)
    }

    @Test("Cleaning up follows transformers, in its order")
    func cleanUp() {
        var tokenizer = tokenizer
        let text = "a . b ? c ! d , e ' f do n't I 'm it 's we 've they 're  ."
        let ids = tokenizer.encodeWithoutSpecialTokens(text)
        #expect(tokenizer.decode(ids) == text)
        tokenizer.cleanUpTokenizationSpaces = true
        #expect(tokenizer.decode(ids) == "a. b? c! d, e'f don't I'm it's we've they're .")
    }
}
