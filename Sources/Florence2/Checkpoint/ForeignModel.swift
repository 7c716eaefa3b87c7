import FoundationEssentials
import Tensors

/// What people give by mistake instead of a Florence-2 model, told by its name.
enum ForeignModel {
    private static let stableDiffusion = "it is a Stable Diffusion model, which makes pictures, not captions"
    private static let gguf = "it is GGUF, as llama.cpp reads it; Florence-2 is read from safetensors"
    private static let adapter = "it is an adapter (LoRA): merge it with its base model, and give the merged one"

    /// Why a file is no model.
    static func reason(file path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.lowercased().hasSuffix(".gguf") { return gguf }
        if name.hasSuffix(".ckpt") { return stableDiffusion }
        if name.hasSuffix(".safetensors"), let reason = reason(weights: path) { return reason }
        if [".safetensors", ".json", ".bin", ".txt"].contains(where: name.hasSuffix) {
            let folder = path.dropLast(name.utf8.count)
            return "it is one file of a model: give the directory that it is in, \(folder.isEmpty ? "." : folder)"
        }
        return "it is a file, but a model is a directory with config.json, tokenizer.json and model.safetensors"
    }

    /// Why a directory with files of these names, which lacks what a model needs, is none; `nil` where they do not tell.
    static func reason(directory path: String, names: [String]) -> String? {
        if names.contains("model_index.json") { return stableDiffusion }
        if names.contains("adapter_config.json") { return adapter }
        let weights = names.filter { $0.hasSuffix(".safetensors") }
        if weights.isEmpty, names.contains(where: { $0.lowercased().hasSuffix(".gguf") }) { return gguf }
        if weights.isEmpty, names.contains(where: { $0.hasSuffix(".ckpt") }) { return stableDiffusion }
        return weights.sorted().lazy.compactMap { reason(weights: "\(path)/\($0)") }.first
    }

    /// - Throws: `ModelError.invalidFile` where config.json says that it belongs to another kind of model.
    static func checkKind(configuration json: Data) throws(ModelError) {
        guard let kind = try? JSONDecoder().decode(Kind.self, from: json) else { return }
        if let part = kind._class_name {
            throw ModelError.invalidFile(
                "config.json", reason: "it is of a part of a Stable Diffusion model (\(part.prefix(100)))")
        }
        guard let type = kind.model_type, type != "florence2" else { return }
        throw ModelError.invalidFile(
            "config.json", reason: "its model_type is \"\(type.prefix(100))\", so it is no Florence-2 model")
    }

    /// Why weights of these tensors are no model of ours.
    private static func reason(weights path: String) -> String? {
        guard let names = try? SafetensorsFile(path: path).entries.keys else { return nil }
        if names.contains(where: { $0.hasPrefix("model.diffusion_model.") || $0.hasPrefix("first_stage_model.") }) {
            return stableDiffusion
        }
        return names.contains { $0.contains("lora_A.") || $0.contains("lora_down.") } ? adapter : nil
    }

    private struct Kind: Decodable {
        let model_type: String?
        let _class_name: String?
    }
}
