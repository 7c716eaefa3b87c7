#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a model says to one prompt about one image.
public struct Caption: Sendable {
    /// The answer in the task's own form.
    public let answer: Answer
    /// The decoded tokens, special ones kept.
    public let text: String
    /// As transformers returns them, decoder start included.
    public let tokenIDs: [Int]
    /// The winning hypothesis' sum of log-probabilities, divided by its length to the power of the length penalty.
    public let score: Float
    /// The winning hypothesis' sum of log-probabilities.
    public let logProbability: Float
    public let finishReason: FinishReason
    /// Tokens that the encoder read: the image's and the prompt's.
    public let inputTokens: Int
    public let seconds: StageSeconds

    /// Tokens that were generated, the end included.
    public var outputTokens: Int { tokenIDs.count - 1 }

    /// How sure the model was of its tokens, from 0 to 1: the geometric mean of their probabilities, the end's included.
    /// The length penalty has no part in it.
    public var meanTokenProbability: Double {
        let mean = Double(logProbability) / Double(max(1, outputTokens))
        // Sums of float32 may come out a little above zero.
        return mean.isNaN ? 0 : exp(min(0, mean))
    }

    public enum FinishReason: String, Sendable {
        /// The model ended its answer.
        case stop
        /// The answer was cut at the most tokens that it might have.
        case length
    }

    /// Where the time went; the parts do not overlap.
    public struct StageSeconds: Sendable {
        public let vision: Double
        public let encoder: Double
        public let generate: Double

        package init(vision: Double, encoder: Double, generate: Double) {
            self.vision = vision
            self.encoder = encoder
            self.generate = generate
        }
    }
}

/// Seconds between one call of `lap` and the next.
package struct Stopwatch {
    private var last = ContinuousClock.now

    package init() {}

    package mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return (now - last) / .seconds(1)
    }
}
