import CaptionCleaning
import SeededRandom
import Testing

@Suite("Clean-up of any text")
struct PropertyTests {
    private static let pieces = [
        "The image shows", "this is a photo of", "In this image we can see", "In the image,", "there is", "a cat",
        "two dogs",
        "in the background", "on the left", "on the right side of the image", "of the street", "at the top", "is",
        "and",
        ",", ", ", ".", ". ", "!", "?", "…", ":", ";", "(", ")", "\"", "“", "”", "\n", "  ", "\t", "_", "-", "'", "é",
        "e\u{301}",
        "👨‍👩‍👧‍👦", "🇯🇵", "猫。", "ß", "ﬁ", "İ", "\u{200D}", "\u{FEFF}", "long_hair", "Long Hair", "1girl", "^_^", "solo", "St.",
        "J.",
        "positioned", "slightly", "the", "a", "the middle of",
    ]

    private static func text(_ random: inout SplitMix) -> String {
        (0..<Int.random(in: 0...24, using: &random)).map { _ in
            (pieces.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? " " : "")
        }.joined()
    }

    /// Any flags but texts for texts, which may make a text longer.
    private static func cleanUp(_ random: inout SplitMix) -> CleanUp {
        var cleanUp = CleanUp()
        cleanUp.trimsPreamble = .random(using: &random)
        cleanUp.stripsLocations = .random(using: &random)
        cleanUp.tags.dropsDoubles = .random(using: &random)
        cleanUp.tags.isSorted = .random(using: &random)
        if Bool.random(using: &random) { cleanUp.tags.spelling = .spaces }
        if Bool.random(using: &random) { cleanUp.tags.excluded = ["solo", "*hair", "?girl"].map { TagPattern($0) } }
        if Bool.random(using: &random) { cleanUp.tags.first = ["1girl", "two dogs"] }
        if Bool.random(using: &random) { cleanUp.tags.maxCount = .random(in: 1...5, using: &random) }
        if Bool.random(using: &random) { cleanUp.maxWords = .random(in: 1...12, using: &random) }
        if Bool.random(using: &random) { cleanUp.maxCharacters = .random(in: 1...60, using: &random) }
        return cleanUp
    }

    private static func isCaption(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }

    @Test(
        "no caption becomes empty or longer, limits are kept, and once more changes nothing",
        arguments: [TextKind.text, .tags])
    func anything(kind: TextKind) {
        var random = SplitMix(seed: 16)
        for number in 0..<20_000 {
            let text = Self.text(&random)
            let cleanUp = Self.cleanUp(&random)
            let outcome = cleanUp.clean(text, as: kind)
            #expect(Self.isCaption(outcome.text) || !Self.isCaption(text), "\(number): \(text)")
            #expect(!outcome.isKept || outcome.text == text)
            // A list gets a blank behind each comma.
            let commas = text.count { $0 == "," || $0.isNewline }
            #expect(outcome.text.count <= text.count + commas, "\(number): \(text.debugDescription)")
            guard !outcome.isKept, Self.isCaption(text) else { continue }
            if let most = cleanUp.maxCharacters { #expect(outcome.text.count <= most) }
            if let most = cleanUp.maxWords {
                #expect(
                    outcome.text.split(whereSeparator: \.isWhitespace).count <= most,
                    "\(number): \(text.debugDescription)")
            }
            let again = cleanUp.clean(outcome.text, as: kind)
            #expect(again.text == outcome.text, "\(number): \(text.debugDescription) \(cleanUp)")
        }
    }

    @Test("what is taken from a text was there: its characters, in their order")
    func subsequence() {
        var random = SplitMix(seed: 17)
        var cleanUp = CleanUp()
        (cleanUp.trimsPreamble, cleanUp.stripsLocations, cleanUp.maxWords) = (true, true, 20)
        for _ in 0..<5000 {
            let text = Self.text(&random)
            let result = cleanUp.clean(text, as: .text).text
            var rest = text.lowercased().unicodeScalars[...]
            for scalar in result.lowercased().unicodeScalars where !scalar.properties.isWhitespace {
                guard let place = rest.firstIndex(of: scalar) else {
                    Issue.record("\(text.debugDescription) became \(result.debugDescription)")
                    break
                }
                rest = rest[rest.index(after: place)...]
            }
        }
    }

    @Test("a caption from which a preamble went begins with a capital, or as a name is written")
    func capitals() throws {
        let cleanUp = try #require(CaptionGoldens.flags.first { $0.name == "trim-preamble" }).cleanUp
        for text in try CaptionGoldens.texts() {
            let result = cleanUp.clean(text).text
            let isName = result.dropFirst().first?.isUppercase ?? false
            #expect(result == text || !(result.first?.isLowercase ?? true) || isName, "\(result)")
        }
    }

    @Test("nothing to do changes nothing, white space included")
    func nothing() {
        #expect(CleanUp().clean(" a \n") == .init(text: " a \n", isKept: false))
    }

    @Test("a text that would be lost stays, and it is said")
    func kept() {
        var cleanUp = CleanUp()
        cleanUp.tags.excluded = [TagPattern("*")]
        #expect(cleanUp.clean("cat, dog", as: .tags) == .init(text: "cat, dog", isKept: true))
        cleanUp = CleanUp()
        cleanUp.replacements = [Replacement("cat", with: "")]
        #expect(cleanUp.clean("cat") == .init(text: "cat", isKept: true))
        #expect(cleanUp.clean("") == .init(text: "", isKept: false))
    }

    @Test("what holds the old text is not replaced again")
    func replacedOnce() throws {
        let rule = try #require(Replacement("cat=black cat"))
        var cleanUp = CleanUp()
        cleanUp.replacements = [rule]
        let once = cleanUp.clean("a cat and a black cat").text
        #expect(once == "a black cat and a black cat")
        #expect(cleanUp.clean(once).text == once)
        #expect(Replacement("=x") == nil && Replacement("x") == nil)
        #expect(Replacement("a=b=c") == Replacement("a", with: "b=c"))
    }

    @Test(
        "rules that feed each other end, rules within each other are found in one walk, patterns take a text's length")
    func bounded() {
        var cleanUp = CleanUp()
        let letters = ["a", "b", "c", "d"]
        for index in 0..<50 {
            cleanUp.replacements.append(
                Replacement(letters[index % 4], with: String(repeating: letters[(index + 1) % 4], count: 200)))
        }
        #expect(cleanUp.clean("a") == .init(text: "a", isKept: true))
        cleanUp.replacements = [Replacement("a", with: String(repeating: "a", count: 999) + "b")]
        let text = String(repeating: "a", count: 4000)
        #expect(cleanUp.clean(text) == .init(text: text, isKept: true))
        cleanUp = CleanUp()
        cleanUp.tags.excluded = Array(repeating: TagPattern("*" + String(repeating: "a", count: 58) + "b"), count: 32)
        let tag = String(repeating: "a", count: 64_000)
        #expect(cleanUp.clean(tag, as: .tags).text == tag)
        #expect(TagPattern("*" + String(repeating: "?", count: 61)).isTooLong && !TagPattern("a*").isTooLong)
    }

    @Test("work is counted before it is done: each round of a rule over a text, and every letter that rules add")
    func work() throws {
        var cleanUp = CleanUp()
        cleanUp.replacements = [Replacement("ab", with: "")]
        let nested = String(repeating: "a", count: 1000) + String(repeating: "b", count: 1000)
        var once = CleaningWork(steps: .max)
        _ = try cleanUp.clean(nested, as: .text, within: &once)
        let steps = Int.max - once.left
        // Nine walks, of which each takes one pair out.
        #expect(steps > 9 * nested.utf8.count)
        var enough = CleaningWork(steps: steps)
        #expect(try cleanUp.clean(nested, as: .text, within: &enough) == cleanUp.clean(nested, as: .text))
        #expect(enough.left == 0)
        var tooLittle = CleaningWork(steps: steps - 1)
        #expect(throws: CleaningWork.Exceeded.self) { try cleanUp.clean(nested, as: .text, within: &tooLittle) }
        cleanUp.replacements = Array(repeating: Replacement("ab", with: ""), count: 100)
        var many = CleaningWork(steps: 20 * steps)
        #expect(throws: CleaningWork.Exceeded.self) { try cleanUp.clean(nested, as: .text, within: &many) }
    }

    @Test("letters that are compared as numbers are replaced as those that are compared as they are read")
    func plainLetters() {
        var random = SplitMix(seed: 18)
        let letters = ["a", "b", "é", "猫", " ", " ", ",", ".", "\n"]
        func word(_ counts: ClosedRange<Int>) -> String {
            (0..<Int.random(in: counts, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
                .joined()
        }
        for number in 0..<20_000 {
            var cleanUp = CleanUp()
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                cleanUp.replacements.append(Replacement(word(1...3), with: word(0...3)))
            }
            let text = "x" + word(0...30) + "x"
            // One letter that is made of several has all of them compared as they are read.
            let twin = cleanUp.clean(text + "👍🏽", as: .text).text
            #expect(cleanUp.clean(text, as: .text).text + "👍🏽" == twin, "\(number): \(text.debugDescription)")
        }
    }

    @Test("a letter with its mark beside it is the same as one that holds it")
    func marks() {
        var cleanUp = CleanUp()
        cleanUp.replacements = [Replacement("e\u{301}", with: "e")]
        #expect(cleanUp.clean("café").text == "cafe")
        cleanUp.replacements = [Replacement("é", with: "e")]
        #expect(cleanUp.clean("cafe\u{301} 👍🏽").text == "cafe 👍🏽")
        cleanUp.replacements = [Replacement("b", with: "\u{301}"), Replacement("é", with: "x")]
        #expect(cleanUp.clean("eb").text == "x")
    }

    @Test("a long text of nothing but phrases costs no more than its length")
    func hostile() {
        var cleanUp = CleanUp()
        (cleanUp.trimsPreamble, cleanUp.stripsLocations, cleanUp.maxWords) = (true, true, 10)
        for phrase in [
            "the image shows ", "in the background ", "in this image , ", "on the left and the right ", "a, ",
        ] {
            let text = String(repeating: phrase, count: 4000) + "a cat"
            #expect(cleanUp.clean(text, as: .text).text.count < text.count)
        }
        cleanUp.tags.excluded = [TagPattern(String(repeating: "*a", count: 200) + "b")]
        let tags = String(repeating: String(repeating: "a", count: 400) + ", ", count: 20)
        #expect(cleanUp.clean(tags, as: .tags).text.count < tags.count)
    }
}
