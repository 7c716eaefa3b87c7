/// The rules that change the scores of one beam before the best tokens are chosen, in the order that transformers
/// applies them; a later rule overwrites an earlier one. A rule that is off costs nothing.
struct LogitsProcessor: Sendable {
    private let configuration: GenerationConfiguration
    /// Sequences that end with the token that they forbid; one that is only an end token is none.
    private let badWords: [[Int]]

    init(configuration: GenerationConfiguration) {
        self.configuration = configuration
        badWords = configuration.badWordsIDs.filter { word in
            !configuration.eosTokenIDs.contains { word == [$0] }
        }
    }

    /// `scores` [V] of the beam whose tokens so far are `tokens`, the decoder start included.
    func callAsFunction(_ scores: UnsafeMutableBufferPointer<Float>, tokens: [Int]) {
        penalizeRepetition(scores, tokens)
        ban(bannedTokens(after: tokens), in: scores)
        ban(badWordEnds(after: tokens), in: scores)
        if tokens.count <= configuration.minNewTokens { ban(configuration.eosTokenIDs, in: scores) }
        if let forced = configuration.forcedBOSTokenID, tokens.count == 1 { force([forced], in: scores) }
        if let forced = configuration.forcedEOSTokenIDs, tokens.count == configuration.maxNewTokens {
            force(forced, in: scores)
        }
        ban(configuration.suppressTokens, in: scores)
        if tokens.count == (configuration.forcedBOSTokenID == nil ? 1 : 2) {
            ban(configuration.beginSuppressTokens, in: scores)
        }
    }

    private func penalizeRepetition(_ scores: UnsafeMutableBufferPointer<Float>, _ tokens: [Int]) {
        let penalty = Float(configuration.repetitionPenalty)
        guard penalty != 1 else { return }
        for token in Set(tokens) where scores.indices.contains(token) {
            scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty
        }
    }

    /// Tokens that would complete an n-gram that `tokens` already holds.
    private func bannedTokens(after tokens: [Int]) -> [Int] {
        let size = configuration.noRepeatNGramSize
        guard size > 0, tokens.count >= size else { return [] }
        let prefix = tokens.suffix(size - 1)
        return (0...tokens.count - size).compactMap { start in
            tokens[start..<start + size - 1].elementsEqual(prefix) ? tokens[start + size - 1] : nil
        }
    }

    private func badWordEnds(after tokens: [Int]) -> [Int] {
        badWords.compactMap { word in
            guard let last = word.last, word.count <= tokens.count + 1,
                tokens.suffix(word.count - 1).elementsEqual(word.dropLast())
            else { return nil }
            return last
        }
    }

    private func ban(_ ids: [Int], in scores: UnsafeMutableBufferPointer<Float>) {
        for id in ids where scores.indices.contains(id) { scores[id] = -.infinity }
    }

    private func force(_ ids: [Int], in scores: UnsafeMutableBufferPointer<Float>) {
        scores.update(repeating: -.infinity)
        for id in ids where scores.indices.contains(id) { scores[id] = 0 }
    }
}
