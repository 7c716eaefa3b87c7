package import Images
package import Tensors

/// A loaded Florence-2 model that answers one request after the other. One caller at a time.
package final class Captioner<E: Engine> {
    /// What to call the model.
    package let name: String
    /// Sentences about what is odd but harmless in the model's files.
    package let warnings: [String]
    package let processor: Florence2Processor
    package let engine: E

    package init(name: String, warnings: [String] = [], processor: Florence2Processor, engine: E) {
        self.name = name
        self.warnings = warnings
        self.processor = processor
        self.engine = engine
    }

    /// The model's answer to one prompt about one image, as `generate(do_sample=False)` and the native processor of
    /// transformers give it.
    ///
    /// - Throws: `CancellationError` soon after `isCancelled` turns true; `ModelError.promptTooLong`.
    package func answer(
        _ image: PreparedImage, prompt: TaskPrompt, overrides: GenerationOverrides = .init(),
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> Caption {
        let request = CaptionRequest(image: image, prompts: [prompt], overrides: overrides)
        return try answer(request, isCancelled: isCancelled)[0]
    }

    /// The answers to several prompts about one image, which the vision tower sees once, in their order.
    ///
    /// - Throws: as `answer(_:prompt:overrides:isCancelled:)` does, and before anything is computed where one prompt is
    ///   too long.
    package func answer(_ request: CaptionRequest, isCancelled: @escaping () -> Bool = { false }) throws -> [Caption] {
        let promptIDs = try request.prompts.map(processor.promptIDs)
        guard !promptIDs.isEmpty else { return [] }
        var stopwatch = Stopwatch()
        let features = try engine.encodeImage(request.image) { if isCancelled() { throw CancellationError() } }
        var vision = stopwatch.lap()
        return try request.prompts.indices.map { index in
            defer { vision = 0 }
            return try answer(request, index, promptIDs[index], features, vision, isCancelled)
        }
    }

    private func answer(
        _ request: CaptionRequest, _ index: Int, _ promptIDs: [Int], _ features: E.Features, _ vision: Double,
        _ isCancelled: @escaping () -> Bool
    ) throws -> Caption {
        func checkCancellation() throws { if isCancelled() { throw CancellationError() } }
        var stopwatch = Stopwatch()
        var search = BeamSearch(processor.configuration(request.overrides))
        var memories = [
            try engine.prefill(
                promptIDs, beside: features, beams: search.beamCount, checkCancellation: checkCancellation)
        ]
        let encoder = stopwatch.lap()
        while true {
            try checkCancellation()
            let candidates = try engine.step([search.feed], &memories)[0]
            switch search.advance(candidates) {
            case .unfinished: continue
            case .damaged: throw ModelError.damagedNumbers
            case .finished(let hypothesis):
                return processor.caption(
                    hypothesis, request, index, promptTokens: promptIDs.count,
                    seconds: .init(vision: vision, encoder: encoder, generate: stopwatch.lap()))
            }
        }
    }
}

extension Captioner where E == CPUEngine {
    /// Loads the model; takes as long as reading and packing its weights does.
    ///
    /// - Parameter threads: nil uses all cores that the process may use.
    /// - Throws: `ModelError`, `TokenizerError`, `TensorError`.
    package convenience init(
        _ files: ModelFiles, threads: Int? = nil, instructionSet: InstructionSet = .current,
        precision: Precision = .fp32
    ) throws {
        try self.init(files, Workspace(threads: threads, instructionSet: instructionSet, precision: precision))
    }

    /// With a workspace for checking the model can tell what is wrong with its files, and nothing else.
    convenience init(_ files: ModelFiles, _ workspace: Workspace) throws {
        let loader = try ModelLoader(files, workspace: workspace)
        let preprocessing = try files.imageProcessorAndFile()
        let engine = try CPUEngine(loader, preprocessing: preprocessing, in: workspace)
        let warnings = loader.warnings + (try files.processorConfiguration()?.warnings ?? [])
        self.init(
            name: files.name, warnings: warnings, processor: try Florence2Processor(files, loader, engine.limits),
            engine: engine)
    }

    /// Pixel values [3, H, W], each stage's output, image features, encoder states, and the logits that follow each of
    /// `decoderIDs` when they are fed one after the other.
    package func inspect(
        _ image: PreparedImage, prompt: TaskPrompt, decoderIDs: [Int]
    ) throws -> [(name: String, tensor: Tensor)] {
        try engine.inspect(image, promptIDs: try processor.promptIDs(prompt), decoderIDs: decoderIDs)
    }
}
