import Florence2
import Foundation
import SeededRandom
import Tensors
import Testing

@Suite struct BeamSearchTests {
    @Test("Every recorded search of transformers is replayed token for token")
    func replaysTheReference() throws {
        let goldens = try ReferenceGoldens.decode(BeamGoldens.self, "beam_search.json")
        #expect(goldens.cases.count >= 170)
        let workspace = Workspace(threads: 1)
        for golden in goldens.cases {
            let hypothesis = golden.search(in: workspace)
            #expect(hypothesis.tokens == golden.ids, "seed \(golden.seed)")
            if let score = golden.score {
                #expect(abs(hypothesis.score - score) <= 1e-5 * max(1, abs(score)), "seed \(golden.seed)")
            }
        }
    }

    @Test(
        "One logit that is no number ends the search, whichever it is and however many beams there are",
        arguments: [Float.nan, .infinity], [1, 3])
    func damagedLogits(value: Float, beams: Int) {
        var configuration = GenerationConfiguration()
        configuration.numBeams = beams
        configuration.forcedBOSTokenID = 0
        for place in [0, 5, 16, 39 * beams, 40 * beams - 1] {
            var search = BeamSearch(configuration)
            var values = (0..<40 * beams).map { Float($0 % 7) }
            values[place] = value
            #expect(search.advance(values) == .damaged, "\(value) at \(place)")
        }
    }

    @Test("A single logit of minus infinity forbids its token, as a bias may")
    func forbiddenToken() {
        var search = BeamSearch(GenerationConfiguration())
        var values = [Float](repeating: 0, count: 3 * 7)
        for beam in 0..<3 { values[7 * beam + 4] = -.infinity }
        guard search.advance(values) == .unfinished else {
            Issue.record("the search has ended")
            return
        }
        #expect(!search.feed.tokens.contains(4))
    }
}

extension BeamSearch {
    /// With log-probabilities of these logits.
    fileprivate mutating func advance(_ logits: [Float]) -> Step {
        let workspace = Workspace(threads: 1)
        let logits = Tensor(shape: [beamCount, logits.count / beamCount], logits)
        return advance(feed.candidates(logits, in: workspace))
    }
}

extension Feed {
    /// What an engine makes of these logits.
    fileprivate func candidates(_ logits: Tensor, in workspace: Workspace) -> [Candidate] {
        let logProbabilities = Reduction.logSoftmax(logits, in: workspace)
        return logits.withUnsafeMutableBufferPointer { logits in
            logProbabilities.withUnsafeMutableBufferPointer { candidates(logits, $0, in: workspace) }
        }
    }
}

/// `beam_search.json`: searches over logits that a hash of the tokens so far yields.
private struct BeamGoldens: Decodable {
    let cases: [Case]

    struct Case: Decodable {
        let seed: UInt64
        let context: Int
        let vocabulary: Int
        let eos_bias: Float
        let num_beams: Int
        let max_new_tokens: Int
        let no_repeat_ngram_size: Int
        let forced_bos: Int?
        let forced_eos: Int?
        let early_stopping: Flag
        let length_penalty: Double
        let start: Int
        let eos: Int
        let min_new_tokens: Int
        let repetition_penalty: Double
        let bad_words: [[Int]]
        let suppress: [Int]
        let begin_suppress: [Int]
        let ids: [Int]
        let score: Float?
    }

    /// true, false or "never".
    struct Flag: Decodable {
        let value: GenerationConfiguration.EarlyStopping

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = flag ? .always : .heuristic
            } else {
                value = .never
            }
        }
    }
}

extension BeamGoldens.Case {
    var configuration: GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.numBeams = num_beams
        configuration.maxNewTokens = max_new_tokens
        configuration.noRepeatNGramSize = no_repeat_ngram_size
        configuration.forcedBOSTokenID = forced_bos
        configuration.forcedEOSTokenIDs = forced_eos.map { [$0] }
        configuration.earlyStopping = early_stopping.value
        configuration.lengthPenalty = length_penalty
        configuration.decoderStartTokenID = start
        configuration.eosTokenIDs = [eos]
        configuration.minNewTokens = min_new_tokens
        configuration.repetitionPenalty = repetition_penalty
        configuration.badWordsIDs = bad_words
        configuration.suppressTokens = suppress
        configuration.beginSuppressTokens = begin_suppress
        return configuration
    }

    func search(in workspace: Workspace) -> Hypothesis {
        var search = BeamSearch(configuration)
        var histories: [[Int]] = Array(repeating: [], count: num_beams)
        while true {
            let feed = search.feed
            histories = zip(feed.tokens, feed.parents).map { histories[$1] + [$0] }
            let settled = search.settledTokens
            #expect(histories.allSatisfy { $0.starts(with: settled) }, "seed \(seed)")
            let logits = Tensor(shape: [num_beams, vocabulary], histories.flatMap(logits))
            switch search.advance(feed.candidates(logits, in: workspace)) {
            case .damaged: return Hypothesis(tokens: [], score: .nan, logProbability: .nan)
            case .finished(let hypothesis):
                #expect(hypothesis.tokens.starts(with: settled), "seed \(seed)")
                return hypothesis
            case .unfinished: continue
            }
        }
    }

    private func logits(after ids: [Int]) -> [Float] {
        var state = Self.splitmix64(seed)
        for value in [ids.count] + ids.suffix(context) { state = Self.splitmix64(state ^ UInt64(value)) }
        return (0..<vocabulary).map { token in
            let logit = Float(Self.splitmix64(state ^ UInt64(token + 1)) >> 40) * 0x1p-21
            return token == 2 ? logit + eos_bias : logit
        }
    }

    private static func splitmix64(_ seed: UInt64) -> UInt64 {
        var random = SplitMix(seed: seed)
        return random.next()
    }
}
