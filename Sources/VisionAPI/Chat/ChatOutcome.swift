import Florence2

/// What a chat is answered.
struct ChatOutcome: Sendable {
    let text: String
    /// Whether the client's own limit has cut the text.
    let isCut: Bool
    let inputTokens: Int
    let outputTokens: Int
    let times: Times

    /// Seconds, as Ollama tells them.
    struct Times: Sendable {
        /// From the request's last byte.
        var total: Double
        /// Until the model began: the queue, and loading.
        var load: Double
        var prompt: Double
        var generate: Double
    }

    /// The text up to the client's words, of several images each text; JSON stays whole.
    private static func stopped(_ text: String, _ request: ChatRequest, _ captions: [[Caption]]) throws -> String {
        guard request.choice.isStreamable else { return text }
        if captions.count < 2 { return request.stop.cut(text) }
        return try captions.enumerated().map { index, captions in
            "Image \(index + 1): \(request.stop.cut(try request.choice.text(of: [captions])))"
        }.joined(separator: "\n")
    }

    /// - Parameters:
    ///   - captions: of each image, by prompt.
    ///   - total: Seconds since the body was there.
    init(_ request: ChatRequest, _ captions: [[Caption]], total: Double) throws {
        let all = captions.flatMap { $0 }
        let whole = try request.choice.text(of: captions)
        text = try Self.stopped(whole, request, captions)
        isCut = request.maxTokens != nil && text == whole && all.contains { $0.finishReason == .length }
        inputTokens = all.reduce(0) { $0 + $1.inputTokens }
        outputTokens = all.reduce(0) { $0 + $1.outputTokens }
        let prompt = all.reduce(0) { $0 + $1.seconds.vision + $1.seconds.encoder }
        let generate = all.reduce(0) { $0 + $1.seconds.generate }
        times = Times(total: total, load: max(0, total - prompt - generate), prompt: prompt, generate: generate)
    }
}
