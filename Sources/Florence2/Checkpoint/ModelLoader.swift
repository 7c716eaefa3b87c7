import FoundationEssentials
import Tensors

/// Reads a model's files: which layout, which sizes, which settings, then the weights.
struct ModelLoader {
    let configuration: Configuration
    let generation: GenerationConfiguration
    let layout: CheckpointLayout
    private let generationFile: GenerationFile
    private let names: CheckpointNames
    private let weights: Weights
    private let files: ModelFiles

    init(_ files: ModelFiles, workspace: Workspace) throws {
        self.files = files
        let config = Data(try files.bytes("config.json"))
        try ForeignModel.checkKind(configuration: config)
        let weightFiles = try files.weightFiles()
        names = try CheckpointNames(
            Set(weightFiles.flatMap(\.entries.keys)), file: weightFiles.first?.name ?? "model.safetensors")
        layout = names.layout
        configuration = try Configuration(json: config, layout: layout)
        weights = Weights(files: weightFiles, workspace: workspace, translate: names.storedName)
        generationFile = try GenerationFile(files, layout: layout)
        generation = try GenerationConfiguration(generationFile)
    }

    /// Builds the network; packs its weights.
    func model() throws -> Florence2Model {
        let model = try Florence2Model(weights, layout, configuration)
        try generation.check(vocabularySize: model.vocabularySize)
        return model
    }

    /// What is odd but harmless in the files, or not done with them as transformers does; a sentence each.
    var warnings: [String] { unusedTensors + unobeyedSettings + endlessAnswers + files.adapterWarnings }

    /// Copies of the shared embedding are no surprise.
    private var unusedTensors: [String] {
        let expected = Set(EmbeddingNames.all.map { names.storedName($0).name })
        let unused = weights.unusedNames.filter { !expected.contains($0) }
        guard !unused.isEmpty else { return [] }
        let listed = unused.prefix(5).joined(separator: ", ") + (unused.count > 5 ? ", ..." : "")
        return ["The checkpoint has \(unused.count) tensors that Florence-2 does not use: \(listed)"]
    }

    private var unobeyedSettings: [String] {
        generationFile.unobeyed.map {
            "\(generationFile.name) asks for \($0), which is not done here: answers may differ from transformers'"
        }
    }

    private var endlessAnswers: [String] {
        guard generation.eosTokenIDs.isEmpty else { return [] }
        return [
            "\(generationFile.name) has no eos_token_id: answers end at their longest only, as they do in transformers"
        ]
    }
}
