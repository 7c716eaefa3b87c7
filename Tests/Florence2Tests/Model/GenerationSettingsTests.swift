import Florence2
import Foundation
import Testing

@Suite("Which generation settings count")
struct GenerationSettingsTests {
    private static let sparse =
        #"{"bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2, "forced_bos_token_id": null}"#

    @Test("Native: generation_config.json alone; what it lacks is as in the card's call, or off")
    func nativeLayout() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.write(Self.sparse, to: "generation_config.json")
        for (key, value) in [("num_beams", 2), ("forced_bos_token_id", 7), ("no_repeat_ngram_size", 4)] {
            try folder.set(["text_config", key], to: value, in: "config.json")
        }
        let generation = try folder.load().processor.generation
        #expect(generation == GenerationConfiguration())
        #expect(generation.numBeams == 3 && generation.maxNewTokens == 1024)
        #expect(generation.forcedBOSTokenID == nil && generation.forcedEOSTokenIDs == nil)
        #expect(generation.noRepeatNGramSize == 0 && generation.earlyStopping == .heuristic)
    }

    @Test("Native without generation_config.json: config.json, but for its lengths")
    func nativeLayoutWithoutFile() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.remove("generation_config.json")
        let settings: [String: Any] = [
            "num_beams": 2, "forced_bos_token_id": 7, "no_repeat_ngram_size": 4, "early_stopping": "never",
            "max_length": 20, "max_new_tokens": 30, "min_length": 6,
        ]
        for (key, value) in settings { try folder.set(["text_config", key], to: value, in: "config.json") }
        let generation = try folder.load().processor.generation
        #expect(generation.numBeams == 2 && generation.forcedBOSTokenID == 7)
        #expect(generation.noRepeatNGramSize == 4 && generation.earlyStopping == .never)
        #expect(generation.maxNewTokens == 1024 && generation.minNewTokens == 5)
    }

    @Test("Original: text_config alone, and not its lengths")
    func originalLayout() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.write(#"{"num_beams": 7, "early_stopping": false, "max_length": 9}"#, to: "generation_config.json")
        try folder.set(["text_config", "max_length"], to: 20, in: "config.json")
        try folder.set(["text_config", "max_new_tokens"], to: 20, in: "config.json")
        let generation = try folder.load().processor.generation
        #expect(generation.numBeams == 3 && generation.maxNewTokens == 1024)
        #expect(generation.earlyStopping == .always)
    }

    @Test("Original: what is absent is as its class has it, what is null is off")
    func absentAndNull() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        for key in ["forced_eos_token_id", "eos_token_id", "forced_bos_token_id", "no_repeat_ngram_size"] {
            try folder.set(["text_config", key], to: nil, in: "config.json")
        }
        let absent = try folder.load().processor.generation
        #expect(absent.forcedEOSTokenIDs == [2] && absent.eosTokenIDs == [2])
        #expect(absent.forcedBOSTokenID == nil && absent.noRepeatNGramSize == 0)
        try folder.set(["text_config", "forced_eos_token_id"], to: NSNull(), in: "config.json")
        #expect(try folder.load().processor.generation.forcedEOSTokenIDs == nil)
    }

    @Test("An explicit 0 or false is obeyed")
    func explicitZero() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["text_config", "no_repeat_ngram_size"], to: 0, in: "config.json")
        try folder.set(["text_config", "early_stopping"], to: false, in: "config.json")
        let generation = try folder.load().processor.generation
        #expect(generation.noRepeatNGramSize == 0)
        #expect(generation.earlyStopping == .heuristic)
    }

    @Test("Lengths of generation_config.json count, those in tokens before those in ids")
    func lengths() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        func load(_ lengths: [String: Int]) throws -> GenerationConfiguration {
            for key in ["max_length", "max_new_tokens", "min_length", "min_new_tokens"] {
                try folder.set([key], to: lengths[key], in: "generation_config.json")
            }
            return try folder.load().processor.generation
        }
        #expect(try load(["max_length": 12]).maxNewTokens == 11)
        #expect(try load(["max_length": 12, "max_new_tokens": 40]).maxNewTokens == 40)
        #expect(try load(["min_length": 12]).minNewTokens == 11)
        #expect(try load(["min_length": 12, "min_new_tokens": 0]).minNewTokens == 0)
    }

    @Test(
        "A setting that makes no sense is an error that names it",
        arguments: [
            ("num_beams", "-3"), ("no_repeat_ngram_size", "-1"), ("repetition_penalty", "0"), ("max_length", "1"),
            ("max_new_tokens", "0"), ("bad_words_ids", "[[3], []]"), ("bad_words_ids", "[[3, -4]]"),
            ("bad_words_ids", "[[3, 99999]]"), ("min_length", "9223372036854775807"),
        ])
    func senseless(key: String, value: String) throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.write(#"{"eos_token_id": 2, "\#(key)": \#(value)}"#, to: "generation_config.json")
        let error = folder.loadingError()
        #expect(error.contains(key) && error.contains("generation_config.json"), "\(error)")
    }

    @Test("What is not obeyed is told, where it would change something")
    func unobeyed() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let neutral =
            #""do_sample": false, "top_k": 50, "temperature": 0.7, "num_beam_groups": 1, "diversity_penalty": 0.0, "#
            + #""sequence_bias": null, "renormalize_logits": false, "exponential_decay_length_penalty": null"#
        try folder.write(#"{"eos_token_id": 2, \#(neutral)}"#, to: "generation_config.json")
        #expect(try folder.load().warnings.isEmpty)
        let other =
            #""do_sample": true, "exponential_decay_length_penalty": [5, 1.1], "encoder_repetition_penalty": 1.2"#
        try folder.write(#"{"eos_token_id": 2, \#(other)}"#, to: "generation_config.json")
        let warnings = try folder.load().warnings
        #expect(warnings.count == 3)
        for word in ["do_sample true", "exponential_decay_length_penalty", "encoder_repetition_penalty 1.2"] {
            #expect(warnings.contains { $0.contains(word) && $0.contains("generation_config.json") }, "\(word)")
        }
    }

    @Test("A file without an end token is told of")
    func noEndToken() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.write(#"{"decoder_start_token_id": 2}"#, to: "generation_config.json")
        let captioner = try folder.load()
        #expect(captioner.processor.generation.eosTokenIDs.isEmpty)
        #expect(captioner.warnings.contains { $0.contains("eos_token_id") })
    }
}
