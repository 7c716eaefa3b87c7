public import Images
public import Tensors

/// A loaded Florence-2 model that answers prompts about pictures. One caller at a time.
public final class Captioner: @unchecked Sendable {
    /// What to call the model.
    public let name: String
    /// Sentences about what is odd but harmless in the model's files.
    public let warnings: [String]
    /// What a request gets that asks for nothing else.
    public let generation: GenerationConfiguration
    private let tokenizer: Tokenizer
    private let model: Florence2Model
    private let workspace: Workspace
    private let postProcessor = PostProcessor()

    /// Loads the model; takes as long as reading and packing its weights does.
    ///
    /// - Parameter threads: nil uses all cores that the process may use.
    /// - Throws: `ModelError`, `TokenizerError`, `TensorError`.
    public init(
        _ files: ModelFiles, threads: Int? = nil, instructionSet: InstructionSet = .current,
        precision: Precision = .fp32
    ) throws {
        workspace = Workspace(threads: threads, instructionSet: instructionSet, precision: precision)
        let loader = try ModelLoader(files, workspace: workspace)
        name = files.name
        tokenizer = try files.tokenizer()
        model = try loader.model()
        let processor = try files.imageProcessor()
        guard model.accepts(height: processor.height, width: processor.width) else {
            let size = "\(processor.width) x \(processor.height)"
            throw ModelError.invalidFile("preprocessor_config.json", reason: "the model cannot see pictures of \(size)")
        }
        generation = loader.generation
        warnings = loader.warnings
        workspace.trim()
    }

    /// The model's answer to one prompt about one picture, as `generate(do_sample=False)` and the native processor of
    /// transformers give it.
    ///
    /// - Throws: `CancellationError` soon after `isCancelled` turns true; `ModelError.promptTooLong`.
    public func answer(
        _ image: PreparedImage, prompt: TaskPrompt, overrides: GenerationOverrides = .init(),
        isCancelled: () -> Bool = { false }
    ) throws -> Caption {
        var captions: [Caption] = []
        try answer(image, prompts: [prompt], overrides: overrides, isCancelled: isCancelled) { captions.append($0) }
        guard let caption = captions.first else { throw CancellationError() }
        return caption
    }

    /// The answers to several prompts about one picture, which the vision tower sees once; `deliver` is called with
    /// each in order.
    ///
    /// - Throws: as `answer(_:prompt:overrides:isCancelled:)` does, and before anything is computed where one prompt is
    ///   too long.
    public func answer(
        _ image: PreparedImage, prompts: [TaskPrompt], overrides: GenerationOverrides = .init(),
        isCancelled: () -> Bool = { false }, deliver: (Caption) -> Void
    ) throws {
        try withoutActuallyEscaping(isCancelled) { isCancelled in
            let observer = Observer(checkCancellation: { if isCancelled() { throw CancellationError() } })
            let promptIDs = try prompts.map { try self.promptIDs($0, beside: image) }
            var stopwatch = Stopwatch()
            let features = try model.encodeImage(image, in: workspace, observer: observer)
            var vision = stopwatch.lap()
            for (prompt, ids) in zip(prompts, promptIDs) {
                deliver(try answer(prompt, ids, features, of: image, overrides, vision: vision, observer))
                vision = 0
            }
        }
    }

    /// The answer to one prompt about a picture that the tower has seen, in `vision` seconds.
    private func answer(
        _ prompt: TaskPrompt, _ promptIDs: [Int], _ features: Tensor, of image: PreparedImage,
        _ overrides: GenerationOverrides, vision: Double, _ observer: Observer
    ) throws -> Caption {
        var stopwatch = Stopwatch()
        let states = try model.encode(
            imageFeatures: features, promptIDs: promptIDs, in: workspace, observer: observer)
        let encoder = stopwatch.lap()
        let hypothesis = try generate(states, overrides: overrides, observer: observer)
        let text = tokenizer.decode(hypothesis.tokens)
        let answer = postProcessor(
            text, task: prompt, imageWidth: image.originalWidth, imageHeight: image.originalHeight)
        return Caption(
            answer: answer, text: text, tokenIDs: hypothesis.tokens, score: hypothesis.score,
            seconds: .init(vision: vision, encoder: encoder, generate: stopwatch.lap()))
    }

    /// Pixel values [3, H, W], each stage's output, image features, encoder states, and the logits that follow each of
    /// `decoderIDs` when they are fed one after the other.
    public func inspect(
        _ image: PreparedImage, prompt: TaskPrompt, decoderIDs: [Int]
    ) throws -> [(name: String, tensor: Tensor)] {
        guard decoderIDs.count <= model.maximumNewTokens else {
            throw ModelError.tooManyDecoderTokens(decoderIDs.count, limit: model.maximumNewTokens)
        }
        let promptIDs = try promptIDs(prompt, beside: image)
        let log = TensorLog()
        let observer = Observer(watch: log.append)
        let features = try model.encodeImage(image, in: workspace, observer: observer)
        let states = try model.encode(
            imageFeatures: features, promptIDs: promptIDs, in: workspace, observer: observer)
        var cache = model.prefill(states, beams: 1, in: workspace)
        let logits = decoderIDs.map { model.logits(feeding: [$0], cache: &cache, in: workspace) }
        log.append("logits", Tensor.concatenatingRows(logits, in: workspace))
        return log.entries
    }

    /// The prompt's tokens, once they are known to fit.
    private func promptIDs(_ prompt: TaskPrompt, beside image: PreparedImage) throws -> [Int] {
        let ids = tokenizer.encode(prompt.text)
        try model.checkLength(promptTokens: ids.count, image: image)
        return ids
    }

    /// The one loop that steps the decoder.
    private func generate(_ states: Tensor, overrides: GenerationOverrides, observer: Observer) throws -> Hypothesis {
        var search = BeamSearch(configuration(overrides))
        var tokens = search.firstTokens
        var cache = model.prefill(states, beams: tokens.count, in: workspace)
        while true {
            try observer.checkCancellation()
            let logits = model.logits(feeding: tokens, cache: &cache, in: workspace)
            let logProbabilities = Reduction.logSoftmax(logits, in: workspace)
            switch logProbabilities.withUnsafeMutableBufferPointer({ search.advance($0) }) {
            case .finished(let hypothesis): return hypothesis
            case .feed(let next, let beamIndices):
                tokens = next
                cache.reorder(beamIndices)
            }
        }
    }

    /// The model's settings with what the request asks for; no more tokens than the model has positions for.
    private func configuration(_ overrides: GenerationOverrides) -> GenerationConfiguration {
        var configuration = generation
        configuration.numBeams = max(1, overrides.numBeams ?? generation.numBeams)
        let wanted = overrides.maxNewTokens ?? generation.maxNewTokens
        configuration.maxNewTokens = max(1, min(wanted, model.maximumNewTokens))
        return configuration
    }
}

/// Tensors in the order in which they were seen.
private final class TensorLog {
    private(set) var entries: [(name: String, tensor: Tensor)] = []

    func append(_ name: String, _ tensor: Tensor) {
        let isPicture = name == "pixel_values"
        entries.append((name, isPicture ? tensor.channelsFirst() : Tensor(shape: tensor.shape, tensor.values)))
    }
}

/// Seconds between one call of `lap` and the next.
private struct Stopwatch {
    private var last = ContinuousClock.now

    mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return (now - last) / .seconds(1)
    }
}
