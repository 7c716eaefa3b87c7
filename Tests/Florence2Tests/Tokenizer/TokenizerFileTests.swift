import Florence2
import Testing

/// What files may hold: hostile ones end in a sentence, never in a trap.
@Suite struct TokenizerFileTests {
    private static let added = #"[{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}]"#
    private static let vocabulary = #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": 4, "Ġ": 5}"#

    /// A small tokenizer.json, parts of which can be exchanged; `top` adds members.
    private static func file(
        vocabulary: String = vocabulary, merges: String = #"["a b"]"#, added: String = added, model: String = "",
        preTokenizer: String = #"{"type": "ByteLevel", "add_prefix_space": false}"#, top: String = ""
    ) -> String {
        """
        {\(top)"added_tokens": \(added), "normalizer": null, "pre_tokenizer": \(preTokenizer), "model":
        {\(model)"merges": \(merges), "vocab": \(vocabulary)}}
        """
    }

    private func load(_ text: String) throws(TokenizerError) -> Tokenizer {
        try Tokenizer(tokenizerJSON: Array(text.utf8))
    }

    @Test("Merges may be strings or pairs, come before the vocabulary, and use escapes")
    func merges() throws {
        for merges in [#"["a b"]"#, #"[["a", "b"]]"#, #"["\u0061 b"]"#, #" [ [ "a" , "\u0062" ] ] "#] {
            let tokenizer = try load(Self.file(merges: merges))
            #expect(tokenizer.encode("ab a") == [0, 4, 5, 2, 1])
            #expect(tokenizer.decode([4, 5, 2]) == "ab a")
        }
        #expect(try load(Self.file(merges: "[]")).encode("ab") == [0, 2, 3, 1])
    }

    @Test("Escapes of all kinds are read, surrogate pairs too")
    func escapes() throws {
        let added = #"""
            [{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}, {"id": 6, "content": "\ud83d\ude00\n\"\\\/"}]
            """#
        let tokenizer = try load(Self.file(added: added))
        #expect(tokenizer.encode("a\u{1F600}\n\"\\/") == [0, 2, 6, 1])
    }

    @Test(
        "A vocabulary without locations gets Florence-2's tokens after its highest id; one that has them stays as it is"
    )
    func florence2Tokens() throws {
        let tokenizer = try load(Self.file())
        #expect(tokenizer.count == 6 + 1024)
        #expect(tokenizer.id(of: "<od>") == 6)
        #expect(tokenizer.id(of: "<loc_0>") == 10)
        #expect(tokenizer.id(of: "<and>") == 6 + 1023)
        #expect(tokenizer.encode("a<loc_999>") == [0, 2, 1009, 1])
        let own = #"[{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}, {"id": 9, "content": "<loc_0>"}]"#
        #expect(try load(Self.file(added: own)).count == 7)
    }

    @Test("Spellings that Unicode deems equal are two tokens")
    func canonicalEquivalence() throws {
        let added = """
            [{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}, {"id": 6, "content": "e\u{301}"},
            {"id": 7, "content": "\u{E9}"}]
            """
        let tokenizer = try load(Self.file(added: added))
        #expect(tokenizer.encodeWithoutSpecialTokens("e\u{301}\u{E9}") == [6, 7])
    }

    @Test("lstrip, rstrip, single_word and normalized mean what they mean in the reference")
    func flags() throws {
        let added = """
            [{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}, {"id": 6, "content": "[L]", "lstrip": true},
            {"id": 7, "content": "[R]", "rstrip": true}, {"id": 8, "content": "w", "single_word": true},
            {"id": 9, "content": "aa", "normalized": true}, {"id": 10, "content": "aaa", "normalized": true},
            {"id": 4, "content": "ab"}]
            """
        let tokenizer = try load(Self.file(added: added))
        #expect(tokenizer.encodeWithoutSpecialTokens("a \u{3000}[L] a") == [2, 6, 5, 2])
        #expect(tokenizer.encodeWithoutSpecialTokens("a [R] \n\u{85}a") == [2, 5, 7, 2])
        #expect(tokenizer.encodeWithoutSpecialTokens("w aw w") == [8, 5, 2, 5, 8])
        #expect(tokenizer.encodeWithoutSpecialTokens("aaaaab") == [10, 2, 4])
    }

    @Test(
        "Hostile files are refused with a sentence that names the file",
        arguments: [
            "", " ", "[]", "null", "{", "{}", "\"", "{\"model\"", "{\"model\":", "{\"model\": {}}", "{\"model\": []}",
            "{\"x\": \"\\", "{\"x\": \"\\u12", "{\"x\": tru",
            "{,}",
            file(vocabulary: "{}"), file(vocabulary: "[]"), file(vocabulary: #"{"a": "b"}"#),
            file(vocabulary: #"{"a": 1.5}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": -4}"#),
            file(vocabulary: #"{"<s>": -9223372036854775808}"#), file(vocabulary: #"{"<s>": -1}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": 9223372036854775807}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": 99999999999999999999}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "b": 3, "ab": 4000000000}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "b": 2, "ab": 4}"#),
            file(vocabulary: #"{"<s>": 0, "</s>": 1, "a": 2, "a": 5, "b": 3, "ab": 4}"#),
            file(vocabulary: #"{"a": 2, "b": 3, "ab": 4}"#, added: "[]"),
            file(merges: #"["a c"]"#), file(merges: #"["b a"]"#), file(merges: #"["ab"]"#), file(merges: #"["a b b"]"#),
            file(merges: #"[["a"]]"#), file(merges: #"[["a", "b", "a"]]"#), file(merges: #"[[]]"#),
            file(merges: #"[1]"#),
            file(merges: #"{"a": "b"}"#), file(merges: "null"), file(merges: #"["a b",]"#), file(merges: #"[,"a b"]"#),
            file(added: "{}"), file(added: #"["<s>"]"#), file(added: #"[{"id": 9}]"#),
            file(added: #"[{"content": "x"}]"#),
            file(added: #"[{"id": 9, "content": ""}]"#), file(added: #"[{"id": "9", "content": "x"}]"#),
            file(added: #"[{"id": -9, "content": "x"}]"#), file(added: #"[{"id": 2, "content": "x"}]"#),
            file(added: #"[{"id": 7, "content": "a"}]"#), file(added: #"[{"id": 9, "content": "x", "lstrip": 1}]"#),
            file(added: #"[{"id": 9223372036854775807, "content": "x"}]"#),
            file(added: #"[{"id": 9, "content": "\ud83d"}]"#),
            file(added: #"[{"id": 9, "content": "\ud83d\u0041"}]"#), file(added: #"[{"id": 9, "content": "\x"}]"#),
            file(model: #""type": "WordPiece", "#), file(model: #""dropout": 0.1, "#),
            file(model: #""ignore_merges": true, "#),
            file(model: #""continuing_subword_prefix": "\#\#", "#), file(model: #""unk_token": "<s>", "#),
            file(preTokenizer: "null"), file(preTokenizer: #"{"type": "Whitespace"}"#),
            file(top: #""normalizer": {"type": "NFC"}, "#), file() + "x", file(top: "\"\u{1}\": 1, "),
        ])
    func hostile(text: String) throws {
        let error = try #require(throws: TokenizerError.self) { try load(text) }
        let sentence = error.description
        #expect(sentence.contains("tokenizer.json") || sentence.contains("vocabulary"))
        #expect(sentence.hasSuffix("."))
    }

    @Test("Nesting a million levels deep is refused")
    func deepNesting() {
        for (start, level) in [("", "["), (#"{"x": "#, "["), (#"{"model":"#, #"{"a":"#), (#"{"added_tokens": "#, "[{")]
        {
            let text = start + String(repeating: level, count: 1_000_000)
            #expect(throws: TokenizerError.self) { try load(text) }
        }
    }

    @Test("Truncated and damaged files never trap")
    func damaged() {
        let added = #"[{"id": 0, "content": "<s>"}, {"id": 1, "content": "</s>"}, {"id": 9, "content": "<loc_0>"}]"#
        let file = Array(Self.file(added: added, model: #""type": "BPE", "dropout": null, "#).utf8)
        for length in file.indices { _ = try? Tokenizer(tokenizerJSON: Array(file[..<length])) }
        for index in file.indices {
            for byte: UInt8 in [0x22, 0x2C, 0x2D, 0x39, 0x5C, 0x5D, 0x7B, 0x80] {
                var damaged = file
                damaged[index] = byte
                _ = (try? Tokenizer(tokenizerJSON: damaged))?.encode("ab <s>\u{1F600}")
            }
        }
    }

    @Test("The older files: added tokens are optional, a damaged one is named")
    func olderFiles() throws {
        let vocabulary = Array(Self.vocabulary.utf8)
        let merges = Array("#version: 0.2\r\na b\r\n".utf8)
        let tokenizer = try Tokenizer(vocabularyJSON: vocabulary, merges: merges, addedTokensJSON: nil)
        #expect(tokenizer.encode("ab<od>") == [0, 4, 6, 1])
        let added = Array(#"{"<loc_0>": 6, "<x>": 7}"#.utf8)
        let other = try Tokenizer(vocabularyJSON: vocabulary, merges: merges, addedTokensJSON: added)
        #expect(other.encode("ab<x>") == [0, 4, 7, 1])
        for (merges, added) in [
            ("a c", "{}"), ("a b", "[]"), ("a b", #"{"a": 7}"#), ("a b", #"{"x": 2}"#), ("a", "{}"),
        ] {
            let error = #expect(throws: TokenizerError.self) {
                try Tokenizer(
                    vocabularyJSON: vocabulary, merges: Array(merges.utf8), addedTokensJSON: Array(added.utf8))
            }
            #expect(error?.description.contains(merges == "a b" ? "added_tokens.json" : "merges.txt") == true)
        }
    }

    @Test("tokenizer_config.json decides on cleaning up")
    func configuration() throws {
        func cleansUp(_ json: String) throws -> Bool {
            try Tokenizer(tokenizerJSON: Array(Self.file().utf8), configurationJSON: Array(json.utf8))
                .cleanUpTokenizationSpaces
        }
        #expect(try cleansUp(#"{"model_max_length": 1024}"#) == false)
        #expect(try cleansUp(#"{"x": [1, {}], "clean_up_tokenization_spaces": true}"#))
        #expect(try cleansUp(#"{"clean_up_tokenization_spaces": null}"#) == false)
        #expect(throws: TokenizerError.self) { try cleansUp(#"{"clean_up_tokenization_spaces": "yes"}"#) }
    }
}
