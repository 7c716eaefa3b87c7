/// What a search wants of the engine's next step: one token a beam, and what may come after it.
package struct Feed: Sendable, Equatable {
    /// One token a beam.
    package var tokens: [Int]
    /// Beam b goes on from what beam `parents[b]` has seen.
    package var parents: [Int]
    /// The sum of log-probabilities of each beam.
    package var scores: [Float]
    /// What each beam may go on with.
    package var rules: [TokenRules]
    /// How many candidates are wanted.
    package var candidateCount: Int

    /// A single beam chooses by its logits, as transformers' greedy search does: that matters to a penalty for repetition.
    package var isGreedy: Bool { tokens.count == 1 }
}

/// A token that a beam may go on with.
package struct Candidate: Sendable, Equatable {
    package let beam: Int
    package let token: Int
    /// The sum of log-probabilities with it.
    package let score: Float

    package init(beam: Int, token: Int, score: Float) {
        self.beam = beam
        self.token = token
        self.score = score
    }
}

/// What one beam may go on with: the engine changes its scores by this before it chooses.
package struct TokenRules: Sendable, Equatable {
    /// Scores of `repeated` tokens are divided by this where they are above 0, and multiplied where below.
    package var repetitionPenalty: Float = 1
    package var repeated: Set<Int> = []
    /// Tokens that must not come.
    package var banned: [Int] = []
    /// The only tokens that may come, all alike; nil leaves the choice to the scores.
    package var forced: [Int]?

    package init() {}
}

extension TokenRules {
    /// Changes the scores [V] of one beam.
    package func apply(to scores: UnsafeMutableBufferPointer<Float>) {
        if let forced {
            scores.update(repeating: -.infinity)
            for id in forced where scores.indices.contains(id) { scores[id] = 0 }
            return
        }
        if repetitionPenalty != 1 {
            for id in repeated where scores.indices.contains(id) {
                scores[id] = scores[id] < 0 ? scores[id] * repetitionPenalty : scores[id] / repetitionPenalty
            }
        }
        for id in banned where scores.indices.contains(id) { scores[id] = -.infinity }
    }
}
