/// The rules that change the scores of one beam before the best tokens are chosen, in the order that transformers
/// applies them: no repeated n-gram, forced first token, forced last token (a later rule overwrites an earlier one).
struct LogitsProcessor: Sendable {
    let configuration: GenerationConfiguration

    /// `scores` [V] of the beam whose tokens so far are `tokens`, the decoder start included.
    func callAsFunction(_ scores: UnsafeMutableBufferPointer<Float>, tokens: [Int]) {
        for token in bannedTokens(after: tokens) where scores.indices.contains(token) {
            scores[token] = -.infinity
        }
        if let forced = configuration.forcedBOSTokenID, tokens.count == 1 {
            force([forced], in: scores)
        }
        if let forced = configuration.forcedEOSTokenIDs, tokens.count == configuration.maxNewTokens {
            force(forced, in: scores)
        }
    }

    /// Tokens that would complete an n-gram that `tokens` already holds.
    func bannedTokens(after tokens: [Int]) -> [Int] {
        let size = configuration.noRepeatNGramSize
        guard size > 0, tokens.count >= size else { return [] }
        let prefix = tokens.suffix(size - 1)
        return (0...tokens.count - size).compactMap { start in
            tokens[start..<start + size - 1].elementsEqual(prefix) ? tokens[start + size - 1] : nil
        }
    }

    private func force(_ ids: [Int], in scores: UnsafeMutableBufferPointer<Float>) {
        scores.update(repeating: -.infinity)
        for id in ids where scores.indices.contains(id) { scores[id] = 0 }
    }
}
