import Florence2

/// A request on its way through the model: what it has come to so far.
struct ScheduledRequest<Features> {
    let id: Int
    let request: CaptionRequest
    /// As the cache knows its image; nil where it does not.
    let image: KnownImage?
    let isCancelled: @Sendable () -> Bool
    /// Seconds, by the scheduler's clock.
    let arrival: Double
    let configuration: GenerationConfiguration
    /// Tokens of each prompt, once all are known to fit.
    var promptIDs: [[Int]] = []
    /// What the tower has seen; nil before it has.
    var features: Features?
    /// By prompt that has been begun.
    var prompts: [StartedPrompt] = []

    /// An answer that has been begun.
    struct StartedPrompt {
        /// Seconds before its first token.
        let vision: Double
        let encoder: Double
        /// When its first token was begun.
        let start: Double
        var caption: Caption?
        /// Of how many tokens and bytes the text has been told.
        var toldTokens = 0
        var toldBytes = 0
    }

    /// Whether there are prompts that have not been begun.
    var hasMore: Bool { prompts.count < request.prompts.count }

    /// The answers, once all are there.
    var captions: [Caption]? {
        let known = prompts.compactMap(\.caption)
        return known.count == request.prompts.count ? known : nil
    }
}
