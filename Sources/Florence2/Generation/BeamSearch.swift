package import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Beam search over one request, as a value: logits go in, what to feed next comes out.
///
/// Equal to `generate(do_sample=False)` of transformers 5.23, greedy for one beam
/// (https://github.com/huggingface/transformers/blob/main/src/transformers/generation/utils.py).
package struct BeamSearch: Sendable {
    /// What the decoder does next.
    package enum Step: Sendable, Equatable {
        /// One token a beam; beam b goes on from what beam `beamIndices[b]` has seen.
        case feed(tokens: [Int], beamIndices: [Int])
        case finished(Hypothesis)
        /// The model's scores are no numbers, so there is nothing to choose by.
        case damaged
    }

    private struct Beam: Sendable {
        var tokens: [Int]
        var score: Float
    }

    private let configuration: GenerationConfiguration
    private let processor: LogitsProcessor
    private var beams: [Beam]
    private var finished: BeamHypotheses

    /// The score of a beam that is not alive.
    private static let dead: Float = -1e9

    package init(_ configuration: GenerationConfiguration) {
        self.configuration = configuration
        processor = LogitsProcessor(configuration: configuration)
        let start = [configuration.decoderStartTokenID]
        beams = (0..<configuration.numBeams).map { Beam(tokens: start, score: $0 == 0 ? 0 : Self.dead) }
        finished = BeamHypotheses(capacity: configuration.numBeams)
    }

    /// The tokens to feed before the first logits.
    package var firstTokens: [Int] { beams.compactMap(\.tokens.last) }

    /// Takes the logits [beams, V] of the tokens fed last and their log-probabilities (changing both) and decides.
    ///
    /// Greedy search chooses by the logits, as transformers does: that matters to a penalty for repetition.
    package mutating func advance(
        logits: UnsafeMutableBufferPointer<Float>, _ logProbabilities: UnsafeMutableBufferPointer<Float>,
        in workspace: Workspace
    ) -> Step {
        let vocabularySize = logProbabilities.count / beams.count
        for (index, beam) in beams.enumerated() {
            let row = index * vocabularySize..<(index + 1) * vocabularySize
            // One logit that is NaN or infinite makes all log-probabilities of its row NaN.
            guard !row.isEmpty, !logProbabilities[row.lowerBound].isNaN else { return .damaged }
            processor(UnsafeMutableBufferPointer(rebasing: logProbabilities[row]), tokens: beam.tokens)
        }
        let candidates =
            beams.count == 1
            ? greedyCandidates(logits, logProbabilities, in: workspace)
            : Reduction.topK(
                UnsafeBufferPointer(logProbabilities), adding: beams.map(\.score), candidateCount, in: workspace)
        return choose(candidates, vocabularySize: vocabularySize)
    }

    private func greedyCandidates(
        _ logits: UnsafeMutableBufferPointer<Float>, _ logProbabilities: UnsafeMutableBufferPointer<Float>,
        in workspace: Workspace
    ) -> [(index: Int, value: Float)] {
        processor(logits, tokens: beams[0].tokens)
        return Reduction.topK(UnsafeBufferPointer(logits), adding: [0], candidateCount, in: workspace).map {
            ($0.index, logProbabilities[$0.index] + beams[0].score)
        }
    }

    /// How many candidates a step looks at, so that enough are left when some of them end.
    private var candidateCount: Int { max(2, 1 + configuration.eosTokenIDs.count) * beams.count }

    private mutating func choose(_ candidates: [(index: Int, value: Float)], vocabularySize: Int) -> Step {
        let length = beams[0].tokens.count
        let reachesLimit = length >= configuration.maxNewTokens
        var next: [Beam] = []
        var beamIndices: [Int] = []
        for (rank, candidate) in candidates.enumerated() {
            let (parent, token) = (candidate.index / vocabularySize, candidate.index % vocabularySize)
            if reachesLimit || configuration.eosTokenIDs.contains(token) {
                // A lower-ranked candidate that ends is dropped: it is neither a hypothesis nor goes on.
                guard rank < beams.count else { continue }
                finished.insert(hypothesis(beams[parent].tokens + [token], candidate.value))
            } else if next.count < beams.count {
                next.append(Beam(tokens: beams[parent].tokens + [token], score: candidate.value))
                beamIndices.append(parent)
            }
        }
        if next.count == beams.count, !isDone(bestRunning: next[0].score, length: length) {
            beams = next
            return .feed(tokens: firstTokens, beamIndices: beamIndices)
        }
        return .finished(finished.best ?? hypothesis(beams[0].tokens, beams[0].score))
    }

    /// The decoder start is not counted as generated.
    private func hypothesis(_ tokens: [Int], _ score: Float) -> Hypothesis {
        Hypothesis(tokens: tokens, score: score / penalty(length: tokens.count - 1))
    }

    /// length ^ lengthPenalty, rounded to float32 once as PyTorch does.
    private func penalty(length: Int) -> Float { Float(pow(Double(length), configuration.lengthPenalty)) }

    /// Whether no running beam can improve the result; `length` counts generated tokens.
    private func isDone(bestRunning: Float, length: Int) -> Bool {
        let stopsWhenFull = configuration.earlyStopping == .always || configuration.numBeams == 1
        if stopsWhenFull, finished.isFull { return true }
        let isOptimistic = configuration.earlyStopping == .never && configuration.lengthPenalty > 0
        let bestLength = isOptimistic ? configuration.maxNewTokens : length
        return bestRunning / penalty(length: bestLength) <= finished.worstScore
    }
}
