import Images
import Tensors

/// What lies before and behind the network: prompts become tokens, and tokens answers.
package struct Florence2Processor: Sendable {
    private let tokenizer: Tokenizer
    private let postProcessor: PostProcessor
    /// What a request gets that asks for nothing else.
    package let generation: GenerationConfiguration
    private let limits: EngineLimits

    init(_ files: ModelFiles, _ loader: ModelLoader, _ limits: EngineLimits) throws {
        tokenizer = try files.tokenizer(loader.layout)
        postProcessor = PostProcessor(bannedLabels: try files.processorConfiguration()?.bannedLabels)
        generation = loader.generation
        self.limits = limits
    }

    /// Of a model whose weights are of no matter.
    package init(_ files: ModelFiles, limits: EngineLimits) throws {
        let loader = try ModelLoader(files, workspace: Workspace(forChecking: .fp32))
        try self.init(files, loader, limits)
    }

    /// Whether spaces before punctuation are taken out of answers, as the model's tokenizer wants it.
    package var tidiesSpaces: Bool { tokenizer.cleanUpTokenizationSpaces }

    /// The prompt's tokens.
    ///
    /// - Throws: `ModelError.promptTooLong` where they do not fit beside an image's.
    package func promptIDs(_ prompt: TaskPrompt) throws(ModelError) -> [Int] {
        let ids = tokenizer.encode(prompt.text)
        guard ids.count <= limits.promptTokens else {
            throw ModelError.promptTooLong(tokens: ids.count, limit: limits.promptTokens)
        }
        return ids
    }

    /// The model's settings with what a request asks for; no more tokens than the model has positions for.
    package func configuration(_ overrides: GenerationOverrides) -> GenerationConfiguration {
        var configuration = generation.overridden(by: overrides)
        configuration.maxNewTokens = max(1, min(configuration.maxNewTokens, limits.newTokens))
        return configuration
    }

    /// As much of a text answer as no further tokens can change; nil of a task that answers places.
    package func settledText(_ tokens: [Int], _ prompt: TaskPrompt) -> String? {
        guard prompt.task?.answerKind ?? .pureText == .pureText else { return nil }
        return SettledText.prefix(of: tokenizer.decode(tokens, tidying: false), tidying: tidiesSpaces)
    }

    /// What the search for the answer to one prompt has come to.
    ///
    /// - Parameters:
    ///   - index: Which of the request's prompts.
    ///   - promptTokens: How many tokens it has.
    package func caption(
        _ hypothesis: Hypothesis, _ request: CaptionRequest, _ index: Int, promptTokens: Int,
        seconds: Caption.StageSeconds
    ) -> Caption {
        let text = tokenizer.decode(hypothesis.tokens)
        let answer = postProcessor(
            text, task: request.prompts[index], imageWidth: request.image.originalWidth,
            imageHeight: request.image.originalHeight)
        let limit = configuration(request.overrides).maxNewTokens
        return Caption(
            answer: answer, text: text, tokenIDs: hypothesis.tokens, score: hypothesis.score,
            logProbability: hypothesis.logProbability,
            finishReason: hypothesis.tokens.count > limit ? .length : .stop,
            inputTokens: limits.imageTokens + promptTokens, seconds: seconds)
    }
}
