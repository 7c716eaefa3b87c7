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
    /// Whether spaces before punctuation are taken out of answers, as the model's tokenizer wants it.
    package var tidiesSpaces: Bool { tokenizer.cleanUpTokenizationSpaces }
    private let tokenizer: Tokenizer
    private let model: Florence2Model
    private let workspace: Workspace
    private let postProcessor: PostProcessor

    /// Loads the model; takes as long as reading and packing its weights does.
    ///
    /// - Parameter threads: nil uses all cores that the process may use.
    /// - Throws: `ModelError`, `TokenizerError`, `TensorError`.
    public convenience init(
        _ files: ModelFiles, threads: Int? = nil, instructionSet: InstructionSet = .current,
        precision: Precision = .fp32
    ) throws {
        try self.init(
            files, Workspace(threads: threads, instructionSet: instructionSet, precision: precision))
        workspace.trim()
    }

    /// With a workspace for checking the model can tell what is wrong with its files, and nothing else.
    init(_ files: ModelFiles, _ workspace: Workspace) throws {
        self.workspace = workspace
        let loader = try ModelLoader(files, workspace: workspace)
        name = files.name
        tokenizer = try files.tokenizer(loader.layout)
        let reading = try files.processorConfiguration()
        postProcessor = PostProcessor(bannedLabels: reading?.bannedLabels)
        model = try loader.model()
        let (processor, file) = try files.imageProcessorAndFile()
        guard model.accepts(height: processor.height, width: processor.width) else {
            let size = "\(processor.width) x \(processor.height)"
            throw ModelError.invalidFile(file, reason: "the model cannot see pictures of \(size)")
        }
        generation = loader.generation
        warnings = loader.warnings + (reading?.warnings ?? [])
    }

    /// The model's answer to one prompt about one picture, as `generate(do_sample=False)` and the native processor of
    /// transformers give it.
    ///
    /// - Throws: `CancellationError` soon after `isCancelled` turns true; `ModelError.promptTooLong`.
    public func answer(
        _ image: PreparedImage, prompt: TaskPrompt, overrides: GenerationOverrides = .init(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> Caption {
        let captions = try answer(
            CaptionRequest(image: image, prompts: [prompt], overrides: overrides), isCancelled: isCancelled)
        guard let caption = captions.first else { throw CancellationError() }
        return caption
    }

    /// The answers to several prompts about one picture, which the vision tower sees once, in their order.
    ///
    /// - Throws: as `answer(_:prompt:overrides:isCancelled:)` does, and before anything is computed where one prompt is
    ///   too long.
    public func answer(
        _ request: CaptionRequest, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> [Caption] {
        var loop = CaptionLoop(self, maxBatch: 1)
        loop.append(CaptionJob(id: 0, request: request, isCancelled: isCancelled))
        while true {
            for outcome in loop.advance() { return try outcome.result.get() }
        }
    }

    /// The tokens of each prompt, once all are known to fit.
    func promptIDs(_ request: CaptionRequest) throws -> [[Int]] {
        try request.prompts.map { try promptIDs($0, beside: request.image) }
    }

    /// What the tower sees in a job's picture.
    func features(_ job: CaptionJob) throws -> Tensor {
        try model.encodeImage(job.request.image, in: workspace, observer: observer(job))
    }

    /// The encoder's states for one of a job's prompts.
    func encode(_ job: CaptionJob, _ prompt: Int) throws -> Tensor {
        guard let features = job.features else { throw CancellationError() }
        return try model.encode(
            imageFeatures: features, promptIDs: job.promptIDs[prompt], in: workspace, observer: observer(job))
    }

    private func observer(_ job: CaptionJob) -> Observer {
        Observer(checkCancellation: { if job.isCancelled() { throw CancellationError() } })
    }

    /// The most bytes that the answer to the prompt of a job that is begun next takes while it is written.
    func byteCount(_ job: CaptionJob) -> Int {
        let configuration = configuration(job.request.overrides)
        // A token is a byte of the prompt at least.
        let promptTokens = job.hasMore ? job.request.prompts[job.begun].text.utf8.count + 2 : 0
        return model.cacheByteCount(
            image: job.request.image, promptTokens: promptTokens, beams: configuration.numBeams,
            tokens: configuration.maxNewTokens, in: workspace)
    }

    /// Bytes that were used and wait to be used again.
    var idleByteCount: Int { workspace.idleByteCount }

    /// Gives them back to the system.
    func trim() { workspace.trim() }

    /// The answer to a job's next prompt, of which nothing is written yet.
    func sequence(_ states: Tensor, _ job: CaptionJob) -> DecodingBatch.Sequence {
        let search = BeamSearch(configuration(job.request.overrides))
        let cache = model.prefill(states, beams: search.firstTokens.count, in: workspace)
        return DecodingBatch.Sequence(
            id: job.id << 32 | job.begun, search: search, cache: cache, byteCount: byteCount(job))
    }

    /// How many beams a request's answers have.
    func beams(_ overrides: GenerationOverrides) -> Int { configuration(overrides).numBeams }

    /// One token of every answer; those that ended with it.
    func step(_ batch: inout DecodingBatch) -> [(id: Int, result: Result<Hypothesis, ModelError>)] {
        batch.step(model, in: workspace)
    }

    /// What one of a job's prompts has come to.
    func caption(_ hypothesis: Hypothesis, _ job: CaptionJob, _ prompt: Int) -> Caption {
        let text = tokenizer.decode(hypothesis.tokens)
        let (image, stage) = (job.request.image, job.stages[prompt])
        let answer = postProcessor(
            text, task: job.request.prompts[prompt], imageWidth: image.originalWidth,
            imageHeight: image.originalHeight)
        return Caption(
            answer: answer, text: text, tokenIDs: hypothesis.tokens, score: hypothesis.score,
            seconds: .init(
                vision: stage.vision, encoder: stage.encoder, generate: (.now - stage.start) / .seconds(1)))
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
        var caches = [model.prefill(states, beams: 1, in: workspace)]
        let logits = decoderIDs.map { model.logits(feeding: [$0], caches: &caches, in: workspace) }
        log.append("logits", Tensor.concatenatingRows(logits, in: workspace))
        return log.entries
    }

    /// The prompt's tokens, once they are known to fit.
    private func promptIDs(_ prompt: TaskPrompt, beside image: PreparedImage) throws -> [Int] {
        let ids = tokenizer.encode(prompt.text)
        try model.checkLength(promptTokens: ids.count, image: image)
        return ids
    }

    /// The model's settings with what the request asks for; no more tokens than the model has positions for.
    private func configuration(_ overrides: GenerationOverrides) -> GenerationConfiguration {
        var configuration = generation.overridden(by: overrides)
        configuration.maxNewTokens = max(1, min(configuration.maxNewTokens, model.maximumNewTokens))
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
