import FoundationEssentials
import Tensors

/// Reads a model's files: which layout, which sizes, which settings, then the weights.
struct ModelLoader {
    let configuration: Configuration
    let generation: GenerationConfiguration
    private let layout: CheckpointLayout
    private let weights: Weights

    init(_ files: ModelFiles, workspace: Workspace) throws {
        let config = Data(try files.bytes("config.json"))
        try ForeignModel.checkKind(configuration: config)
        configuration = try Configuration(json: config)
        let weightFiles = try files.weightFiles()
        let names = weightFiles.flatMap(\.entries.keys)
        guard let layout = CheckpointLayout(names: Set(names)) else {
            throw ModelError.invalidFile(
                weightFiles.first?.name ?? "model.safetensors",
                reason: "it has no vision tower: it is no Florence-2 checkpoint")
        }
        self.layout = layout
        weights = Weights(files: weightFiles, workspace: workspace, translate: layout.storedName)
        generation = try Self.generation(files, config: config, layout: layout)
    }

    /// Builds the network; packs its weights.
    func model() throws -> Florence2Model { try Florence2Model(weights, configuration) }

    /// Tensors that nobody asked for; copies of the shared embedding are no surprise.
    var warnings: [String] {
        let expected = Set(
            (TokenEmbedding.names.map { "language_model." + $0 } + ["lm_head.weight"])
                .map { layout.storedName($0).name })
        let unused = weights.unusedNames.filter { !expected.contains($0) }
        guard !unused.isEmpty else { return [] }
        let listed = unused.prefix(5).joined(separator: ", ") + (unused.count > 5 ? ", ..." : "")
        return ["The checkpoint has \(unused.count) tensors that Florence-2 does not use: \(listed)"]
    }

    /// The original code ignores generation_config.json: its language model is built from text_config alone.
    private static func generation(
        _ files: ModelFiles, config: Data, layout: CheckpointLayout
    ) throws -> GenerationConfiguration {
        let text = try TextGenerationFile(json: config).text_config
        let own = try files.optionalBytes("generation_config.json")
        guard layout == .native, let own else { return try GenerationConfiguration([text]) }
        return try GenerationConfiguration([
            GenerationFile(json: Data(own), file: "generation_config.json"), text,
        ])
    }
}

/// config.json, read for the generation settings in its text_config.
private struct TextGenerationFile: Decodable {
    let text_config: GenerationFile

    init(json: Data) throws(ModelError) {
        do {
            self = try JSONDecoder().decode(TextGenerationFile.self, from: json)
        } catch {
            throw ModelError.invalidFile("config.json", reason: decodingReason(error))
        }
    }
}
