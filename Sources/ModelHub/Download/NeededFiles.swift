import Foundation

/// Which of a repository's files a Florence-2 model consists of; everything else is left where it is.
struct NeededFiles: Equatable {
    static let configuration = "config.json"
    static let weights = "model.safetensors"
    static let index = "model.safetensors.index.json"
    /// Files that a model may lack, and that change what it answers where it has them.
    static let settings = ["generation_config.json", preprocessor, processor, "tokenizer_config.json"]
    static let preprocessor = "preprocessor_config.json"
    /// What transformers 5 writes in its place.
    static let processor = "processor_config.json"
    /// Files that change nothing, but are looked at or told of.
    private static let others = ["special_tokens_map.json", "adapter_config.json"]
    private static let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"]

    /// What comes first: a few megabytes at the most, the list of shards included.
    let small: [String]
    /// Whether the weights are in shards, which `model.safetensors.index.json` names.
    let isSharded: Bool

    /// - Throws: `ModelHubError`: not a Florence-2 model, or one that cannot be used.
    init(among names: Set<String>, of repository: ModelRepository) throws(ModelHubError) {
        guard names.contains(Self.configuration) else {
            let reason = Self.foreignKind(of: names) ?? "it has no \(Self.configuration)"
            throw ModelHubError.notFlorence2(repository: repository.id, reason: reason)
        }
        let tokenizer = try Self.tokenizer(among: names, of: repository)
        isSharded = !names.contains(Self.weights)
        if isSharded && !names.contains(Self.index) {
            throw names.isDisjoint(with: Self.pickles)
                ? ModelHubError.missingFile(Self.weights, repository: repository.id)
                : ModelHubError.pickledWeights(repository: repository.id)
        }
        let optional = (Self.settings + Self.others).filter(names.contains)
        small = [Self.configuration] + optional + tokenizer + (isSharded ? [Self.index] : [])
    }

    /// What people mistake for a model that can be used here; `nil` where nothing points to that.
    private static func foreignKind(of names: Set<String>) -> String? {
        if names.contains("model_index.json") { return "it is a Stable Diffusion model, which makes pictures" }
        if names.contains("adapter_config.json") { return "it is an adapter (LoRA), to be merged with its base" }
        return names.contains { $0.lowercased().hasSuffix(".gguf") } ? "it has GGUF files, not safetensors" : nil
    }

    private static func tokenizer(
        among names: Set<String>, of repository: ModelRepository
    ) throws(ModelHubError) -> [String] {
        if names.contains("tokenizer.json") { return ["tokenizer.json"] }
        guard names.isSuperset(of: ["vocab.json", "merges.txt"]) else {
            throw ModelHubError.missingFile("tokenizer.json", repository: repository.id)
        }
        return ["vocab.json", "merges.txt"] + (names.contains("added_tokens.json") ? ["added_tokens.json"] : [])
    }

    /// The files that an index names.
    /// - Throws: `BadListing` where it names anything but safetensors files beside itself.
    static func shards(index json: Data) throws(BadListing) -> [String] {
        guard let index = try? JSONDecoder().decode(ShardIndex.self, from: json) else {
            throw BadListing("it is no list of shards")
        }
        let names = Set(index.weight_map.values)
        guard !names.isEmpty, names.allSatisfy(isPlainShard) else {
            throw BadListing("it names something else than safetensors files beside it")
        }
        return names.sorted()
    }

    /// Why a config.json belongs to another kind of model; `nil` where it is Florence-2's.
    static func fault(ofConfiguration json: Data) -> String? {
        guard let configuration = try? JSONDecoder().decode(ModelKind.self, from: json) else {
            return "its config.json is no JSON object"
        }
        guard let type = configuration.model_type else { return "its config.json has no model_type" }
        return type == "florence2" ? nil : "its config.json says model_type \"\(shortened(type))\""
    }

    private static func isPlainShard(_ name: String) -> Bool {
        name.utf8.count <= 200 && name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._\-]*\.safetensors/) != nil
    }

    private struct ShardIndex: Decodable {
        let weight_map: [String: String]
    }

    private struct ModelKind: Decodable {
        let model_type: String?
    }
}
