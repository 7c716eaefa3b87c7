/// What a model says to one prompt about one picture.
public struct Caption: Sendable {
    /// The answer in the task's own form.
    public let answer: Answer
    /// The decoded tokens, special ones kept.
    public let text: String
    /// As transformers returns them, decoder start included.
    public let tokenIDs: [Int]
    /// The winning hypothesis' sum of log-probabilities, divided by its length to the power of the length penalty.
    public let score: Float
    public let seconds: StageSeconds

    /// Where the time went; the parts do not overlap.
    public struct StageSeconds: Sendable {
        public let vision: Double
        public let encoder: Double
        public let generate: Double
    }
}
