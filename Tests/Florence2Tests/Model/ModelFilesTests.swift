import Florence2
import Foundation
import Testing

@Suite struct ModelFilesTests {
    @Test("A folder without a model says which file it lacks")
    func missingFiles() throws {
        for file in ["config.json", "tokenizer.json", "model.safetensors"] {
            let folder = try CheckpointFolder(copying: "mini-native")
            try folder.remove(file)
            #expect(folder.loadingError().contains(file))
        }
    }

    @Test("Pickled weights are refused with the way out")
    func pickle() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try FileManager.default.moveItem(at: folder.path("model.safetensors"), to: folder.path("pytorch_model.bin"))
        #expect(folder.loadingError().contains("save_pretrained"))
    }

    @Test("A missing tensor is named, with its file")
    func missingTensor() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.set(["text_config", "decoder_layers"], to: 9, in: "config.json")
        let error = folder.loadingError()
        #expect(error.contains("model.language_model.decoder.layers.") && error.contains("model.safetensors"))
    }

    @Test("A wrong shape names the tensor, both shapes and the file")
    func wrongShape() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["text_config", "d_model"], to: 32, in: "config.json")
        let error = folder.loadingError()
        #expect(error.contains("model.safetensors") && error.contains("32]") && error.contains("16"))
    }

    @Test(
        "A configuration that no model can have is an error that names the key",
        arguments: [
            ("text_config", "d_model", -1), ("text_config", "decoder_layers", 1_000_000_000),
            ("text_config", "encoder_attention_heads", 0), ("vision_config", "window_size", 0),
            ("vision_config", "window_size", 1024),
        ] as [(String, String, Int)])
    func hostileConfiguration(section: String, key: String, value: Int) throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set([section, key], to: value, in: "config.json")
        #expect(folder.loadingError().contains(key))
    }

    @Test("Values of the wrong type are errors that name the key")
    func wrongTypes() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["vision_config", "depths"], to: "four", in: "config.json")
        #expect(folder.loadingError().contains("vision_config.depths"))
        try Data("{\"text_config\": ".utf8).write(to: folder.path("config.json"))
        #expect(folder.loadingError().contains("config.json"))
    }

    @Test("A shard index may only name files beside it")
    func shardIndexStaysInFolder() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try FileManager.default.moveItem(at: folder.path("model.safetensors"), to: folder.path("a.safetensors"))
        let index = folder.path("model.safetensors.index.json")
        try Data(#"{"weight_map": {"x": "../../etc/a.safetensors"}}"#.utf8).write(to: index)
        #expect(folder.loadingError().contains("index.json"))
        try Data(#"{"weight_map": {"x": "a.safetensors"}}"#.utf8).write(to: index)
        #expect(folder.loadingError() == "")
    }

    @Test("Truncated weights are an error, wherever they end")
    func truncatedWeights() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let whole = try Data(contentsOf: folder.path("model.safetensors"))
        for count in [0, 7, 8, 9, 100, 2000, whole.count / 2, whole.count - 1] {
            try whole.prefix(count).write(to: folder.path("model.safetensors"))
            #expect(folder.loadingError().contains("model.safetensors"), "\(count) bytes")
        }
    }

    @Test("An image size that the model has no positions for is found out before any image", arguments: [4, 4000])
    func imageSize(side: Int) throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.set(["size"], to: ["height": side, "width": side], in: "preprocessor_config.json")
        #expect(folder.loadingError().contains("preprocessor_config.json") == (side == 4000))
    }
}
