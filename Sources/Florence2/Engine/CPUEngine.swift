package import Images
package import Tensors

/// The network on this machine's processor.
package final class CPUEngine: Engine {
    package let limits: EngineLimits
    private let model: Florence2Model
    private let workspace: Workspace

    /// - Parameter preprocessing: How the model's images are prepared, and the file that says so.
    /// - Throws: `ModelError`, `TensorError`.
    init(
        _ loader: ModelLoader, preprocessing: (processor: ImageProcessor, file: String), in workspace: Workspace
    ) throws {
        self.workspace = workspace
        model = try loader.model()
        let (height, width) = (preprocessing.processor.height, preprocessing.processor.width)
        guard let limits = model.limits(height: height, width: width) else {
            throw ModelError.invalidFile(
                preprocessing.file, reason: "the model cannot see pictures of \(width) x \(height)")
        }
        self.limits = limits
        workspace.trim()
    }

    package func encodeImage(_ image: PreparedImage, checkCancellation: @escaping () throws -> Void) throws -> Tensor {
        try model.encodeImage(image, in: workspace, observer: Observer(checkCancellation: checkCancellation))
    }

    package func prefill(
        _ promptIDs: [Int], beside features: Tensor, beams: Int, checkCancellation: @escaping () throws -> Void
    ) throws -> KVCache {
        let states = try model.encode(
            imageFeatures: features, promptIDs: promptIDs, in: workspace,
            observer: Observer(checkCancellation: checkCancellation))
        return model.prefill(states, beams: beams, in: workspace)
    }

    package func step(_ feeds: [Feed], _ memories: inout [KVCache]) -> [[Candidate]] {
        for (index, feed) in feeds.enumerated() { memories[index].reorder(feed.parents) }
        let logits = model.logits(feeding: feeds.flatMap(\.tokens), caches: &memories, in: workspace)
        let logProbabilities = Reduction.logSoftmax(logits, in: workspace)
        return choose(feeds, logits, logProbabilities)
    }

    /// Answers are independent of each other, so each is a job of the threads.
    private func choose(_ feeds: [Feed], _ logits: Tensor, _ logProbabilities: Tensor) -> [[Candidate]] {
        let counts = feeds.map(\.tokens.count)
        let firsts = counts.indices.map { counts[..<$0].reduce(0, +) }
        return [[Candidate]](unsafeUninitializedCapacity: feeds.count) { candidates, count in
            workspace.pool.run(feeds.count) { index in
                let rows = firsts[index]..<firsts[index] + counts[index]
                let chosen = logits.withRows(rows) { logits in
                    logProbabilities.withRows(rows) { feeds[index].candidates(logits, $0, in: workspace) }
                }
                candidates.initializeElement(at: index, to: chosen)
            }
            count = feeds.count
        }
    }

    package func byteCount(states: Int, beams: Int, tokens: Int) -> Int {
        model.cacheByteCount(states: min(states, limits.states), beams: beams, tokens: tokens, in: workspace)
    }

    package func byteCount(of features: Tensor) -> Int { features.byteCount }

    package func byteCount(of memory: KVCache) -> Int { memory.byteCount }

    package var idleByteCount: Int { workspace.idleByteCount }

    package func trim() { workspace.trim() }

    /// Pixel values [3, H, W], each stage's output, image features, encoder states, and the logits that follow each of
    /// `decoderIDs` when they are fed one after the other.
    func inspect(
        _ image: PreparedImage, promptIDs: [Int], decoderIDs: [Int]
    ) throws -> [(name: String, tensor: Tensor)] {
        guard decoderIDs.count <= limits.newTokens else {
            throw ModelError.tooManyDecoderTokens(decoderIDs.count, limit: limits.newTokens)
        }
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
}

extension Feed {
    /// The best candidates of one answer by its logits [beams, V] and their log-probabilities; changes both.
    package func candidates(
        _ logits: UnsafeMutableBufferPointer<Float>, _ logProbabilities: UnsafeMutableBufferPointer<Float>,
        in workspace: Workspace
    ) -> [Candidate] {
        let vocabularySize = logProbabilities.count / tokens.count
        for (beam, rules) in rules.enumerated() {
            let row = beam * vocabularySize..<(beam + 1) * vocabularySize
            // One logit that is NaN or infinite makes all log-probabilities of its row NaN.
            guard !row.isEmpty, !logProbabilities[row.lowerBound].isNaN else { return [] }
            rules.apply(to: UnsafeMutableBufferPointer(rebasing: logProbabilities[row]))
        }
        if isGreedy {
            rules[0].apply(to: logits)
            return Reduction.topK(UnsafeBufferPointer(logits), adding: [0], candidateCount, in: workspace).map {
                Candidate(beam: 0, token: $0.index, score: logProbabilities[$0.index] + scores[0])
            }
        }
        return Reduction.topK(UnsafeBufferPointer(logProbabilities), adding: scores, candidateCount, in: workspace).map
        {
            Candidate(beam: $0.index / vocabularySize, token: $0.index % vocabularySize, score: $0.value)
        }
    }
}

/// Tensors in the order in which they were seen.
private final class TensorLog {
    private(set) var entries: [(name: String, tensor: Tensor)] = []

    func append(_ name: String, _ tensor: Tensor) {
        let isImage = name == "pixel_values"
        entries.append((name, isImage ? tensor.channelsFirst() : Tensor(shape: tensor.shape, tensor.values)))
    }
}
