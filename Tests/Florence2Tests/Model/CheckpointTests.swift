import Florence2
import Foundation
import Images
import Tensors
import Testing

@Suite("Checkpoints are read as transformers reads them")
struct CheckpointTests {
    private static let decoderIDs = [2, 0, 17, 42, 101]

    @Test(
        "Names that training tools leave before the model's own",
        arguments: ["mini-native", "mini-original"],
        ["module.", "_orig_mod.", "base_model.model.", "module._orig_mod.", "base_model.model.module."])
    func wrappers(name: String, wrapper: String) throws {
        let folder = try CheckpointFolder(copying: name)
        let expected = try inspect(folder)
        try folder.rename { wrapper + $0 }
        #expect(try inspect(folder) == expected)
        #expect(try folder.load().warnings.isEmpty)
    }

    @Test("A part that was compiled by itself, and a native model saved without its head")
    func partNames() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let expected = try inspect(folder)
        try folder.rename { $0.replacing("language_model.", with: "language_model._orig_mod.") }
        #expect(try inspect(folder) == expected)
        try folder.rename { $0.replacing("_orig_mod.", with: "").replacing("model.vision", with: "vision") }
        try folder.rename { $0.hasPrefix("model.") ? String($0.dropFirst(6)) : $0 }
        #expect(try inspect(folder) == expected)
    }

    @Test("Foreign names, and those of an adapter, are told")
    func foreignNames() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.rename { "transformer.h.\($0)" }
        #expect(folder.loadingError().contains("transformer.h."))
        try folder.rename { $0.replacing("transformer.h.", with: "").replacing("q_proj", with: "q_proj.base_layer") }
        let error = folder.loadingError()
        #expect(error.contains("merge_and_unload"))
        #expect(
            error.contains("(language_model.model.decoder.layers.0.encoder_attn.q_proj.base_layer.bias)"), "\(error)")
    }

    @Test("A tied file that holds the embedding under another of its names only")
    func otherNames() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let (shared, head) = ("model.language_model.shared.weight", "lm_head.weight")
        let expected = try inspect(folder)
        for name in [head, "model.language_model.decoder.embed_tokens.weight"] {
            let other = try CheckpointFolder(copying: "mini-native")
            try other.rename { $0 == shared ? name : $0 }
            #expect(try inspect(other) == expected)
        }
        // Not tied: then the embedding is missing.
        try folder.rename { $0 == shared ? head : $0 }
        try folder.set(["tie_word_embeddings"], to: false, in: "config.json")
        try folder.set(["text_config", "tie_word_embeddings"], to: false, in: "config.json")
        #expect(folder.loadingError().contains(shared))
    }

    @Test("The decoder's own embedding is used in the native layout, where it differs; in the original it is tied")
    func decoderEmbedding() throws {
        for (name, prefix) in [("mini-native", "model.language_model."), ("mini-original", "language_model.model.")] {
            let folder = try CheckpointFolder(copying: name)
            let plain = try inspect(folder)
            try folder.changeTensors { $0[prefix + "decoder.embed_tokens.weight"] = $0[prefix + "shared.weight"] }
            #expect(try inspect(folder) == plain)
            try folder.changeTensors { tensors in
                guard let table = tensors[prefix + "shared.weight"] else { return }
                let reversed = Array(table.values.reversed()).map { Float($0) }
                tensors[prefix + "decoder.embed_tokens.weight"] = .init(f32: reversed, shape: table.shape)
            }
            let own = try inspect(folder)
            #expect(own["encoder_states"] == plain["encoder_states"])
            #expect((own["logits"] == plain["logits"]) == (name == "mini-original"))
        }
    }

    @Test("scale_embedding: of prompt and decoder in the native layout, of the decoder alone in the original")
    func scaleEmbedding() throws {
        for name in ["mini-native", "mini-original"] {
            let folder = try CheckpointFolder(copying: name)
            let plain = try inspect(folder)
            try folder.set(["text_config", "scale_embedding"], to: true, in: "config.json")
            let scaled = try inspect(folder)
            #expect((scaled["encoder_states"] == plain["encoder_states"]) == (name == "mini-original"))
            #expect(scaled["logits"] != plain["logits"])
            // The width is 16, so the scale is 4; the head of the original file is its own.
            try folder.set(["text_config", "scale_embedding"], to: false, in: "config.json")
            try folder.changeTensors { tensors in
                for (name, table) in tensors where name.hasSuffix("shared.weight") {
                    tensors[name] = .init(f32: table.values.map { Float(4 * $0) }, shape: table.shape)
                }
            }
            let quadrupled = try inspect(folder)
            if name == "mini-native" { #expect(scaled["encoder_states"] == quadrupled["encoder_states"]) }
        }
    }

    @Test("F64 is read", arguments: ["mini-native", "mini-original"])
    func float64(name: String) throws {
        let folder = try CheckpointFolder(copying: name)
        let expected = try folder.captions(name)
        try folder.changeTensors { tensors in
            for (name, tensor) in tensors { tensors[name] = .init(f64: tensor.values, shape: tensor.shape) }
        }
        #expect(try folder.captions(name) == expected)
    }

    @Test("Keys that config.json leaves out are as the layout's class has them")
    func absentKeys() throws {
        for (name, layers) in [("mini-native", "12"), ("mini-original", "12")] {
            let folder = try CheckpointFolder(copying: name)
            for key in ["patch_size", "patch_stride", "patch_padding", "patch_prenorm"] {
                try folder.set(["vision_config", key], to: nil, in: "config.json")
            }
            try folder.set(["text_config", "activation_function"], to: nil, in: "config.json")
            #expect(folder.loadingError() == "")
            // The file has two layers, not the twelve of the class.
            try folder.set(["text_config", "decoder_layers"], to: nil, in: "config.json")
            #expect(folder.loadingError().contains("decoder.layers."), "\(layers)")
            try folder.set(["text_config", "decoder_layers"], to: 2, in: "config.json")
            try folder.set(["vision_config"], to: nil, in: "config.json")
            #expect(folder.loadingError().contains(name == "mini-native" ? "128" : "256"))
        }
    }

    @Test("An activation that is not gelu is refused, not ignored", arguments: ["text_config", "vision_config"])
    func activation(section: String) throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        try folder.set([section, "activation_function"], to: "relu", in: "config.json")
        #expect(folder.loadingError().contains("\(section).activation_function is relu"))
    }

    @Test("processor_config.json, which transformers 5 writes, says how images are prepared")
    func processorConfiguration() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let old = try String(contentsOf: folder.path("preprocessor_config.json"), encoding: .utf8)
        let expected = try ModelFiles.directory(folder.url.path).imageProcessor()
        try folder.write(#"{"image_processor": \#(old), "processor_class": "any"}"#, to: "processor_config.json")
        try folder.remove("preprocessor_config.json")
        #expect(try ModelFiles.directory(folder.url.path).imageProcessor() == expected)
        // It counts where both are there, unless it says nothing about images.
        try folder.write(old.replacing("44", with: "40"), to: "preprocessor_config.json")
        #expect(try ModelFiles.directory(folder.url.path).imageProcessor() == expected)
        try folder.write(#"{"processor_class": "Florence2Processor"}"#, to: "processor_config.json")
        #expect(try ModelFiles.directory(folder.url.path).imageProcessor().width == 40)
        try folder.write(#"{"image_processor": {"resample": 2}}"#, to: "processor_config.json")
        #expect(folder.loadingError().contains("processor_config.json") && folder.loadingError().contains("resample"))
    }

    @Test("A pattern or threshold of processor_config.json that is not obeyed is told")
    func postProcessorSettings() throws {
        let folder = try CheckpointFolder(copying: "mini-native")
        let usual = #"{"ocr": {"PATTERN": null, "AREA_THRESHOLD": 0.0}}"#
        try folder.write(#"{"post_processor_config": \#(usual)}"#, to: "processor_config.json")
        #expect(try folder.load().warnings.isEmpty)
        let other = usual.replacing("0.0", with: "0.01").replacing("null", with: #""(.+)""#)
        try folder.write(#"{"post_processor_config": \#(other)}"#, to: "processor_config.json")
        #expect(try folder.load().warnings.count == 2)
    }

    @Test("An adapter beside the model is told of")
    func adapter() throws {
        let folder = try CheckpointFolder(copying: "mini-original")
        try folder.write("{}", to: "adapter_config.json")
        #expect(try folder.load().warnings.contains { $0.contains("adapter_config.json") })
    }

    @Test("The flag for tidying spaces counts in the original layout, in the native one only where it is forced")
    func cleanUp() throws {
        for (name, flags, isTidied) in [
            ("mini-original", #"{"clean_up_tokenization_spaces": true}"#, true),
            ("mini-original", "{}", false),
            ("mini-native", #"{"clean_up_tokenization_spaces": true}"#, false),
            ("mini-native", Self.forced, true),
        ] {
            let folder = try CheckpointFolder(copying: name)
            try folder.write(flags, to: "tokenizer_config.json")
            #expect(try folder.load().processor.tidiesSpaces == isTidied, "\(name) \(flags)")
        }
    }

    private static let forced =
        #"{"clean_up_tokenization_spaces": true, "#
        + #""clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output": true}"#

    @Test("Damaged numbers end a request with an error, in every precision", arguments: Precision.allCases)
    func damagedNumbers(precision: Precision) throws {
        let damages: [(String, Float)] = [
            ("decoder.layers.1.fc2.weight", .nan), ("encoder.layers.0.self_attn.k_proj.weight", .infinity),
        ]
        for (part, value) in damages {
            let folder = try CheckpointFolder(copying: "mini-original")
            try folder.changeTensors { tensors in
                for (name, tensor) in tensors where name.hasSuffix(part) {
                    var values = tensor.values.map { Float($0) }
                    values[3] = value
                    tensors[name] = .init(f32: values, shape: tensor.shape)
                }
            }
            let captioner = try Captioner(ModelFiles.directory(folder.url.path), threads: 1, precision: precision)
            #expect(throws: ModelError.damagedNumbers) {
                try captioner.answer(folder.image("mini-original"), prompt: TaskPrompt("<CAPTION>"))
            }
        }
    }

    /// Encoder states and logits of the golden image.
    private func inspect(_ folder: CheckpointFolder) throws -> [String: [Float]] {
        let tensors = try folder.load().inspect(
            folder.image("mini-native"), prompt: TaskPrompt("<CAPTION>"), decoderIDs: Self.decoderIDs)
        return Dictionary(tensors.map { ($0.name, $0.tensor.values) }) { first, _ in first }
            .filter { ["encoder_states", "logits"].contains($0.key) }
    }
}

extension CheckpointFolder {
    /// The image that a golden checkpoint comes with.
    fileprivate func image(_ golden: String) throws -> PreparedImage {
        let bytes = try Data(contentsOf: ReferenceGoldens.folder.appending(path: "\(golden)/picture.png"))
        return try ModelFiles.directory(url.path).imageProcessor().prepare(ImageDecoder().decode(Array(bytes)))
    }

    fileprivate func captions(_ golden: String) throws -> [[Int]] {
        let (captioner, image) = (try load(), try image(golden))
        return try [1, 3].map {
            try captioner.answer(image, prompt: TaskPrompt("<CAPTION>"), overrides: .init(numBeams: $0)).tokenIDs
        }
    }
}
