/// Token ids, decoder start included, with the sum of the log-probabilities of those that were generated.
public struct Hypothesis: Sendable, Equatable {
    public let tokens: [Int]
    /// The sum divided by the length to the power of the length penalty.
    public let score: Float
    public let logProbability: Float

    package init(tokens: [Int], score: Float, logProbability: Float) {
        self.tokens = tokens
        self.score = score
        self.logProbability = logProbability
    }
}

/// The best finished hypotheses of one request, at most as many as beams, best first.
struct BeamHypotheses: Sendable {
    private(set) var hypotheses: [Hypothesis] = []
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    var best: Hypothesis? { hypotheses.first }
    var isFull: Bool { hypotheses.count == capacity }

    /// The score that a running beam must beat to be of use; a place that is still free counts as -1e9.
    var worstScore: Float { isFull ? hypotheses[capacity - 1].score : -1e9 }

    /// Of equal scores the older stays in front.
    mutating func insert(_ hypothesis: Hypothesis) {
        let place = hypotheses.firstIndex { $0.score < hypothesis.score } ?? hypotheses.count
        hypotheses.insert(hypothesis, at: place)
        if hypotheses.count > capacity { hypotheses.removeLast() }
    }
}
