/// The rules that the generation settings make for one beam. transformers applies them in an order in which a later rule
/// overwrites an earlier one; that order is kept.
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

    /// For a beam whose tokens so far are `tokens`, the decoder start included.
    func rules(after tokens: [Int]) -> TokenRules {
        var rules = TokenRules()
        let suppressed = suppressedTokens(after: tokens)
        rules.forced = forcedTokens(after: tokens)?.filter { !suppressed.contains($0) }
        guard rules.forced == nil else { return rules }
        if configuration.repetitionPenalty != 1 {
            rules.repetitionPenalty = Float(configuration.repetitionPenalty)
            rules.repeated = Set(tokens)
        }
        rules.banned = endsOfRepeatedNGrams(after: tokens) + endsOfBadWords(after: tokens) + suppressed
        if tokens.count <= configuration.minNewTokens { rules.banned += configuration.eosTokenIDs }
        return rules
    }

    /// A forced end overwrites a forced begin.
    private func forcedTokens(after tokens: [Int]) -> [Int]? {
        if tokens.count == configuration.maxNewTokens, let forced = configuration.forcedEOSTokenIDs { return forced }
        guard tokens.count == 1, let forced = configuration.forcedBOSTokenID else { return nil }
        return [forced]
    }

    private func suppressedTokens(after tokens: [Int]) -> [Int] {
        let isFirst = tokens.count == (configuration.forcedBOSTokenID == nil ? 1 : 2)
        return configuration.suppressTokens + (isFirst ? configuration.beginSuppressTokens : [])
    }

    /// Tokens that would complete an n-gram that `tokens` already holds.
    private func endsOfRepeatedNGrams(after tokens: [Int]) -> [Int] {
        let size = configuration.noRepeatNGramSize
        guard size > 0, tokens.count >= size else { return [] }
        let prefix = tokens.suffix(size - 1)
        return (0...tokens.count - size).compactMap { start in
            tokens[start..<start + size - 1].elementsEqual(prefix) ? tokens[start + size - 1] : nil
        }
    }

    private func endsOfBadWords(after tokens: [Int]) -> [Int] {
        badWords.compactMap { word in
            guard let last = word.last, word.count <= tokens.count + 1,
                tokens.suffix(word.count - 1).elementsEqual(word.dropLast())
            else { return nil }
            return last
        }
    }
}
