import Florence2
import Foundation
import Testing

@Suite struct GenerationSettingsTests {
    @Test("The native layout takes generation_config.json, then text_config, then Florence-2's own values")
    func nativeLayout() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try Data(#"{"num_beams": 5, "forced_bos_token_id": null, "early_stopping": "never"}"#.utf8)
            .write(to: folder.path("generation_config.json"))
        for (key, value) in [("num_beams", 2), ("forced_bos_token_id", 7), ("no_repeat_ngram_size", 4)] {
            try folder.set(["text_config", key], to: value, in: "config.json")
        }
        let generation = try folder.load().generation
        #expect(generation.numBeams == 5)
        #expect(generation.forcedBOSTokenID == 7)
        #expect(generation.noRepeatNGramSize == 4)
        #expect(generation.earlyStopping == .never)
        #expect(generation.forcedEOSTokenIDs == [2])
    }

    @Test("The original layout takes text_config alone")
    func originalLayout() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try Data(#"{"num_beams": 7, "early_stopping": false}"#.utf8).write(to: folder.path("generation_config.json"))
        let generation = try folder.load().generation
        #expect(generation.numBeams == 3)
        #expect(generation.earlyStopping == .always)
    }

    @Test("An explicit 0 or false is obeyed")
    func explicitZero() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["text_config", "no_repeat_ngram_size"], to: 0, in: "config.json")
        try folder.set(["text_config", "early_stopping"], to: false, in: "config.json")
        let generation = try folder.load().generation
        #expect(generation.noRepeatNGramSize == 0)
        #expect(generation.earlyStopping == .heuristic)
    }

    @Test("A setting that makes no sense is an error", arguments: [("num_beams", -3), ("no_repeat_ngram_size", -1)])
    func senseless(key: String, value: Int) throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["text_config", key], to: value, in: "config.json")
        #expect(folder.loadingError().contains("generation"))
    }
}
