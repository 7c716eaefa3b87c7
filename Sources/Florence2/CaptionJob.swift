import Tensors

/// A request on its way through the model: what it has come to so far.
struct CaptionJob {
    let id: Int
    let request: CaptionRequest
    let isCancelled: @Sendable () -> Bool
    let arrival: ContinuousClock.Instant
    /// Tokens of each prompt, once they are known to fit.
    var promptIDs: [[Int]] = []
    /// What the tower has seen; nil before it has.
    var features: Tensor?
    /// How many prompts have been begun.
    var begun = 0
    /// By prompt.
    var captions: [Caption?]
    /// By prompt, seconds before its answer was begun to be written, and when that was.
    var stages: [(vision: Double, encoder: Double, start: ContinuousClock.Instant)] = []

    init(id: Int, request: CaptionRequest, isCancelled: @escaping @Sendable () -> Bool) {
        self.id = id
        self.request = request
        self.isCancelled = isCancelled
        arrival = .now
        captions = Array(repeating: nil, count: request.prompts.count)
    }

    /// Prompts that have not been begun.
    var hasMore: Bool { begun < request.prompts.count }

    /// The answers, once all are there.
    var result: [Caption]? {
        let known = captions.compactMap { $0 }
        return known.count == captions.count ? known : nil
    }
}
