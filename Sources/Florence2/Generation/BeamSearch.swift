/// Beam search over one request, as a value: `feed` says what the engine does next, `advance` takes what came of it.
///
/// Equal to `generate(do_sample=False)` of transformers 5.23, greedy for one beam
/// (https://github.com/huggingface/transformers/blob/main/src/transformers/generation/utils.py).
package struct BeamSearch: Sendable {
    /// What a step has come to.
    package enum Step: Sendable, Equatable {
        /// `feed` is to be done next.
        case unfinished
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
    /// From which beam of the step before each one goes on.
    private var parents: [Int]
    private var finished: BeamHypotheses
    /// How many tokens all beams and hypotheses share from the first on.
    private var settledCount = 1

    /// The score of a beam that is not alive.
    private static let dead: Float = -1e9

    package init(_ configuration: GenerationConfiguration) {
        self.configuration = configuration
        processor = LogitsProcessor(configuration: configuration)
        let start = [configuration.decoderStartTokenID]
        beams = (0..<configuration.numBeams).map { Beam(tokens: start, score: $0 == 0 ? 0 : Self.dead) }
        parents = Array(beams.indices)
        finished = BeamHypotheses(capacity: configuration.numBeams)
    }

    package var beamCount: Int { beams.count }

    /// The tokens that the result will begin with, whatever comes: those that all running beams share with each other and
    /// with the finished hypotheses that are kept.
    package var settledTokens: ArraySlice<Int> { beams[0].tokens[..<settledCount] }

    /// The last token of every beam, and what may come next.
    package var feed: Feed {
        Feed(
            tokens: beams.compactMap(\.tokens.last), parents: parents, scores: beams.map(\.score),
            rules: beams.map { processor.rules(after: $0.tokens) }, candidateCount: candidateCount)
    }

    /// How many candidates a step looks at, so that enough are left when some of them end.
    private var candidateCount: Int { max(2, 1 + configuration.eosTokenIDs.count) * beams.count }

    /// Takes what the engine has chosen after `feed`, best first.
    package mutating func advance(_ candidates: [Candidate]) -> Step {
        guard !candidates.isEmpty else { return .damaged }
        let length = beams[0].tokens.count
        let reachesLimit = length >= configuration.maxNewTokens
        var next: [Beam] = []
        var parents: [Int] = []
        for (rank, candidate) in candidates.enumerated() {
            let tokens = beams[candidate.beam].tokens + [candidate.token]
            if reachesLimit || configuration.eosTokenIDs.contains(candidate.token) {
                // A lower-ranked candidate that ends is dropped: it is neither a hypothesis nor goes on.
                guard rank < beams.count else { continue }
                finished.insert(hypothesis(tokens, candidate.score))
            } else if next.count < beams.count {
                next.append(Beam(tokens: tokens, score: candidate.score))
                parents.append(candidate.beam)
            }
        }
        if next.count == beams.count, !isDone(bestRunning: next[0].score, length: length) {
            (beams, self.parents) = (next, parents)
            settle()
            return .unfinished
        }
        return .finished(finished.best ?? hypothesis(beams[0].tokens, beams[0].score))
    }

    /// Beams go on from beams, so what they share only grows.
    private mutating func settle() {
        let tokens = beams[0].tokens
        let others = beams.dropFirst().map(\.tokens) + finished.hypotheses.map(\.tokens)
        while settledCount < tokens.count,
            others.allSatisfy({ settledCount < $0.count && $0[settledCount] == tokens[settledCount] })
        {
            settledCount += 1
        }
    }

    /// The decoder start is not counted as generated.
    private func hypothesis(_ tokens: [Int], _ score: Float) -> Hypothesis {
        Hypothesis(tokens: tokens, score: score / lengthPenalty(tokens.count - 1), logProbability: score)
    }

    private var lengthPenalty: LengthPenalty { LengthPenalty(exponent: configuration.lengthPenalty) }

    /// Whether no running beam can improve the result; `length` counts generated tokens.
    private func isDone(bestRunning: Float, length: Int) -> Bool {
        let stopsWhenFull = configuration.earlyStopping == .always || configuration.numBeams == 1
        if stopsWhenFull, finished.isFull { return true }
        let isOptimistic = configuration.earlyStopping == .never && configuration.lengthPenalty > 0
        let bestLength = isOptimistic ? configuration.maxNewTokens : length
        return bestRunning / lengthPenalty(bestLength) <= finished.worstScore
    }
}
