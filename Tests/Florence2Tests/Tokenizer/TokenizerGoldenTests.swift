import Florence2
import Foundation
import Testing

@Suite struct TokenizerGoldenTests {
    private struct Golden: Decodable {
        let text: String
        let ids: [Int]
        let decoded: String
        let decoded_cleanup: String
    }

    @Test("Microsoft's vocabulary gives the reference's ids and texts", .enabled(if: TextGoldens.hasTestData))
    func microsoftsVocabularyGivesTheReferencesIdsAndTexts() throws {
        var tokenizer = try Tokenizer(tokenizerJSON: TextGoldens.testData("tokenizer/tokenizer.json"))
        let goldens = try JSONDecoder().decode(
            [Golden].self, from: Data(TextGoldens.committed("tokenizer/strings.json")))
        #expect(goldens.count == 75)
        for golden in goldens {
            tokenizer.cleanUpTokenizationSpaces = false
            #expect(tokenizer.encode(golden.text) == golden.ids)
            #expect(tokenizer.decode(golden.ids) == golden.decoded)
            tokenizer.cleanUpTokenizationSpaces = true
            #expect(tokenizer.decode(golden.ids) == golden.decoded_cleanup)
        }
    }

    @Test(
        "Microsoft's and a fine-tune's files equal the reference on every generated string",
        .enabled(if: TextGoldens.hasTestData), arguments: ["tokenizer.json", "tokenizer_finetune_layout.json"])
    func microsoftsAndAFinetunesFilesEqualTheReference(name: String) throws {
        let tokenizer = try Tokenizer(tokenizerJSON: TextGoldens.testData("tokenizer/\(name)"))
        try compare(tokenizer, with: TextGoldens.committed("tokenizer/strings-real.bin"))
    }

    @Test("The three older files equal the reference on every generated string", .enabled(if: TextGoldens.hasTestData))
    func theThreeOlderFilesEqualTheReferenceOn() throws {
        let tokenizer = try Tokenizer(
            vocabularyJSON: TextGoldens.testData("tokenizer/vocab.json"),
            merges: TextGoldens.testData("tokenizer/merges.txt"),
            addedTokensJSON: TextGoldens.testData("tokenizer/added_tokens.json"))
        try compare(tokenizer, with: TextGoldens.committed("tokenizer/strings-real.bin"))
    }

    @Test("The demo model's vocabulary equals the reference on every generated string")
    func theDemoModelsVocabularyEqualsTheReferenceOn() throws {
        let tokenizer = try Tokenizer(
            tokenizerJSON: TextGoldens.demo("tokenizer.json"),
            configurationJSON: TextGoldens.demo("tokenizer_config.json"))
        try compare(tokenizer, with: TextGoldens.committed("tokenizer/strings-demo.bin"))
    }

    @Test("Every code point has the class that the reference's patterns see")
    func everyCodePointHasTheClassThatThe() throws {
        let golden = try TextGoldens.committed("tokenizer/character-classes.bin")
        #expect(golden.count == 272 * 8)
        let different = (0..<272).filter { block in
            let scalars = (0..<0x1000).compactMap { Unicode.Scalar(UInt32(block * 0x1000 + $0)) }
            return fnv1a(scalars.map { CharacterClass($0).rawValue }) != integer(golden, at: block * 8)
        }
        #expect(different == [], "blocks of 4096 code points")
    }

    /// Three hashes a string: of its ids, of their text, and of the text without every third id (broken UTF-8).
    private func compare(_ tokenizer: Tokenizer, with golden: [UInt8]) throws {
        let count = Int(integer(golden, at: 8))
        try #require(count >= 10_000 && golden.count == 16 + 12 * count)
        var strings = GeneratedStrings(seed: integer(golden, at: 0))
        var different: [String] = []
        for index in 0..<count {
            let text = strings.next(index, of: count)
            if hashes(of: text, by: tokenizer) != golden[(16 + 12 * index)..<(28 + 12 * index)] {
                different.append("\(index): \(String(text.prefix(200)).debugDescription)")
            }
        }
        #expect(different.prefix(5) == [])
    }

    private func hashes(of text: String, by tokenizer: Tokenizer) -> ArraySlice<UInt8> {
        let ids = tokenizer.encode(text)
        let broken = ids.indices.filter { $0 % 3 != 1 }.map { ids[$0] }
        let hashes = [
            fnv1a(ids.flatMap { bytes(UInt32($0)) }), fnv1a(tokenizer.decode(ids).utf8),
            fnv1a(tokenizer.decode(broken).utf8),
        ]
        return hashes.flatMap { bytes(UInt32(truncatingIfNeeded: $0 ^ $0 >> 32)) }[...]
    }

    private func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    private func integer(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
