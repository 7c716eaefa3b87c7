import Foundation
import Testing

/// Directories and files that are given as a model and are none: `serve` ends before it listens.
@Suite("Models that cannot be used", .serialized)
struct UnusableModelTests {
    /// A copy of the demo model that a case spoils; removed at the end.
    final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(path: "unusable-\(UUID())")

        init() throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let demo = root.deletingLastPathComponent().appending(path: "Models/demo")
            try FileManager.default.copyItem(at: demo, to: url)
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func write(_ text: String, to file: String) throws {
            try Data(text.utf8).write(to: url.appending(path: file))
        }

        func remove(where isUnwanted: (String) -> Bool = { _ in true }) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: url.path) where isUnwanted(name) {
                try FileManager.default.removeItem(at: url.appending(path: name))
            }
        }

        /// Changes the header of the weights.
        func renameTensor(_ old: String, to new: String) throws {
            let file = url.appending(path: "model.safetensors")
            let content = try Data(contentsOf: file)
            let count = content.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let header = String(decoding: content[8..<8 + count], as: UTF8.self).replacing(old, with: new)
            try (Self.length(header) + Data(header.utf8) + content[(8 + count)...]).write(to: file)
        }

        /// A safetensors file with one tensor of one number.
        func writeWeights(tensor: String, to file: String) throws {
            let header = #"{"\#(tensor)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
            try (Self.length(header) + Data(header.utf8) + Data(count: 4)).write(to: url.appending(path: file))
        }

        private static func length(_ header: String) -> Data {
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What is given as the model, below the folder.
        var file = ""
        let status: Int32
        let words: String
        let spoil: @Sendable (Folder) throws -> Void
    }

    static let cases = [
        Case(testDescription: "nothing there", file: "x", status: 1, words: "There is no directory ") { _ in },
        Case(testDescription: "an empty directory", status: 1, words: "is empty. Is its disk mounted?") {
            try $0.remove()
        },
        Case(testDescription: "a disk's own folder only", status: 1, words: "is empty. Is its disk mounted?") {
            try $0.remove { $0 != "examples" }
            let old = $0.url.appending(path: "examples")
            try FileManager.default.moveItem(at: old, to: $0.url.appending(path: "lost+found"))
        },
        Case(testDescription: "no weights", status: 1, words: "has no model.safetensors") {
            try $0.remove { $0 == "model.safetensors" }
        },
        Case(testDescription: "a shard that is missing", status: 1, words: "has no b.safetensors") {
            let weights = $0.url.appending(path: "model.safetensors")
            try FileManager.default.moveItem(at: weights, to: $0.url.appending(path: "a.safetensors"))
            try $0.write(
                #"{"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}"#, to: "model.safetensors.index.json")
        },
        Case(testDescription: "weights only", status: 64, words: "has no config.json") {
            try $0.remove { $0 != "model.safetensors" }
        },
        Case(testDescription: "another kind of model", status: 64, words: #"its model_type is "bert""#) {
            try $0.write(#"{"model_type": "bert"}"#, to: "config.json")
        },
        Case(testDescription: "an architecture that is none", status: 64, words: "has no tensor model.language_model.")
        {
            let config = $0.url.appending(path: "config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            try $0.write(text.replacing(#""encoder_layers": 2"#, with: #""encoder_layers": 9"#), to: "config.json")
        },
        Case(testDescription: "a missing tensor", status: 64, words: "decoder.layers.1.fc2.weight: it is not a whole") {
            try $0.renameTensor("decoder.layers.1.fc2.weight", to: "decoder.layers.1.fc3.weight")
        },
        Case(testDescription: "no Florence-2 at all", status: 64, words: "it has no vision tower") {
            try $0.writeWeights(tensor: "x", to: "model.safetensors")
        },
        Case(testDescription: "weights that are cut off", status: 64, words: "it is cut off") {
            let weights = $0.url.appending(path: "model.safetensors")
            try Data(contentsOf: weights).dropLast(100).write(to: weights)
        },
        Case(testDescription: "a tokenizer that is cut off", status: 64, words: "tokenizer.json can't be read") {
            try $0.write(#"{"model": {"#, to: "tokenizer.json")
        },
        Case(testDescription: "pictures of another kind", status: 64, words: "do_resize is false") {
            try $0.write(#"{"do_resize": false}"#, to: "preprocessor_config.json")
        },
        Case(testDescription: "a pickle", status: 64, words: "save_pretrained") {
            try $0.remove { $0 == "model.safetensors" }
            try $0.write("pickle", to: "pytorch_model.bin")
        },
        Case(testDescription: "GGUF", status: 64, words: "it is GGUF, as llama.cpp reads it") {
            try $0.remove()
            try $0.write("GGUF", to: "florence-Q4.gguf")
        },
        Case(testDescription: "a GGUF file", file: "m.GGUF", status: 64, words: "it is GGUF, as llama.cpp reads it") {
            try $0.write("GGUF", to: "m.GGUF")
        },
        Case(testDescription: "Stable Diffusion", status: 64, words: "it is a Stable Diffusion model") {
            try $0.remove { $0 == "config.json" }
            try $0.write("{}", to: "model_index.json")
        },
        Case(testDescription: "a Stable Diffusion checkpoint", status: 64, words: "it is a Stable Diffusion model") {
            try $0.remove()
            try $0.write("pickle", to: "v1-5.ckpt")
        },
        Case(testDescription: "a part of Stable Diffusion", status: 64, words: "(UNet2DConditionModel)") {
            try $0.write(#"{"_class_name": "UNet2DConditionModel"}"#, to: "config.json")
        },
        Case(
            testDescription: "a Stable Diffusion file", file: "sd.safetensors", status: 64,
            words: "it is a Stable Diffusion model"
        ) { try $0.writeWeights(tensor: "model.diffusion_model.out.2.bias", to: "sd.safetensors") },
        Case(testDescription: "an adapter", status: 64, words: "it is an adapter (LoRA)") {
            try $0.remove()
            try $0.write("{}", to: "adapter_config.json")
        },
        Case(
            testDescription: "the weights instead of their directory", file: "model.safetensors", status: 64,
            words: "it is one file of a model: give the directory that it is in, "
        ) { _ in },
        Case(testDescription: "some file", file: "a.zip", status: 64, words: "it is a file, but a model is a directory")
        { try $0.write("x", to: "a.zip") },
    ]

    @Test("serve ends at once, with 64 where files are there and with 1 where they may come", arguments: cases)
    func ends(example: Case) throws {
        let folder = try Folder()
        try example.spoil(folder)
        let model = example.file.isEmpty ? folder.url.path : folder.url.appending(path: example.file).path
        let run = try Program.run(["--port", "0"], environment: ["VISION_SERVER_MODEL": model])
        #expect(run.status == example.status, "\(run.errors)")
        #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(example.words), "\(run.errors)")
        #expect(!run.errors.contains("Serving"))
    }

    /// A file that can be read and not be mapped, as any is while memory is short.
    private static let unmappable = "/sys/kernel/fscaps"

    @Test(
        "weights that the system cannot read now end it with 1",
        .enabled(if: FileManager.default.isReadableFile(atPath: unmappable)))
    func unreadable() throws {
        let folder = try Folder()
        try folder.remove { $0 == "model.safetensors" }
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appending(path: "model.safetensors").path, withDestinationPath: Self.unmappable)
        let run = try Program.run(["--port", "0", "--model", folder.url.path])
        #expect(run.status == 1 && run.errors.contains("it cannot be mapped (No such device)"), "\(run.errors)")
    }

    /// A file whose first byte cannot be read, as of a disk that fails.
    private static let failing = "/proc/self/mem"

    @Test(
        "a file of text that the system cannot read now ends it with 1",
        .enabled(if: FileManager.default.fileExists(atPath: failing)),
        arguments: ["config.json", "tokenizer.json", "preprocessor_config.json"])
    func unreadable(file: String) throws {
        let folder = try Folder()
        try folder.remove { $0 == file }
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appending(path: file).path, withDestinationPath: Self.failing)
        let run = try Program.run(["--port", "0", "--model", folder.url.path])
        #expect(run.status == 1 && run.errors.contains("\(file) cannot be read: Input/output error."), "\(run.errors)")
    }

    @Test("the doctor says the same sentence")
    func doctor() throws {
        let folder = try Folder()
        try folder.renameTensor("decoder.layers.1.fc2.weight", to: "decoder.layers.1.fc3.weight")
        let served = try Program.run(["--port", "0", "--model", folder.url.path])
        let sentence = served.errors.dropFirst("Error: ".count).trimmingCharacters(in: .newlines)
        let told = try Program.run(
            ["doctor", "--port", "0", "--model", folder.url.path], environment: ["HF_HUB_OFFLINE": "1"])
        #expect(told.status == 1 && told.output.contains("WRONG  model      \(sentence)"), "\(told.output)")
    }

    @Test("a slash at the end is no matter, for a directory and for the demo model")
    func slash() async throws {
        let folder = try Folder()
        for model in [folder.url.path + "/", "demo/"] {
            let server = try RunningProgram(["--port", "0", "--model", model])
            _ = try await server.port()
            server.terminate()
            #expect(server.finish().status == 0)
        }
    }

    @Test(
        "names that nothing can have end with 64, and say what may have been meant",
        arguments: [
            (["--model", "lagre"], #"must be owner/name, with one slash. Did you mean "large"?"#),
            (["--model", "BSAE"], #"Did you mean "base"?"#), (["--model", "dmeo"], #"Did you mean "demo"?"#),
            (["download", "Large"], #"Did you mean "large"?"#), (["--model", "florence"], "with one slash.\n"),
            (["--model", "https://example.org/a/b"], "an address must be one of huggingface.co"),
            (["--model", "a/b@.x"], "--revision (VISION_SERVER_REVISION), or what follows @: \".x\" cannot be"),
            (["--model", "demo", "--revision", "main"], "(VISION_SERVER_REVISION) is for a model on the hub"),
            (["--model", "a/b@x", "--revision", "y"], "the model's name says x"),
        ])
    func names(arguments: [String], words: String) throws {
        let run = try Program.run(arguments, environment: ["VISION_SERVER_PORT": "0"])
        #expect(run.status == 64 && run.errors.contains(words), "\(run.errors)")
    }
}
