import Florence2
import Foundation
import Tensors
import Testing

@Suite struct BeamSearchTests {
    @Test("Every recorded search of transformers is replayed token for token")
    func replaysTheReference() throws {
        let goldens = try ReferenceGoldens.decode(BeamGoldens.self, "beam_search.json")
        #expect(goldens.cases.count >= 60)
        let workspace = Workspace(threads: 1)
        for golden in goldens.cases {
            let hypothesis = golden.search(in: workspace)
            #expect(hypothesis.tokens == golden.ids, "seed \(golden.seed)")
            if let score = golden.score {
                #expect(abs(hypothesis.score - score) <= 1e-5 * max(1, abs(score)), "seed \(golden.seed)")
            }
        }
    }

    @Test("Logits that are no numbers end the search instead of the process")
    func survivesNaN() {
        var configuration = GenerationConfiguration()
        configuration.maxNewTokens = 5
        var search = BeamSearch(configuration)
        let workspace = Workspace(threads: 1)
        var steps = 0
        while steps < 10 {
            steps += 1
            var values = [Float](repeating: .nan, count: 3 * 7)
            let step = values.withUnsafeMutableBufferPointer { search.advance($0, in: workspace) }
            if case .finished = step { break }
        }
        #expect(steps <= 5)
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
        return configuration
    }

    func search(in workspace: Workspace) -> Hypothesis {
        var search = BeamSearch(configuration)
        var histories = search.firstTokens.map { [$0] }
        while true {
            let logits = Tensor(shape: [num_beams, vocabulary], histories.flatMap(logits))
            let scores = Reduction.logSoftmax(logits, in: workspace)
            switch scores.withUnsafeMutableBufferPointer({ search.advance($0, in: workspace) }) {
            case .finished(let hypothesis): return hypothesis
            case .feed(let tokens, let beamIndices):
                histories = zip(tokens, beamIndices).map { histories[$1] + [$0] }
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
        var s = seed &+ 0x9E37_79B9_7F4A_7C15
        s = (s ^ s >> 30) &* 0xBF58_476D_1CE4_E5B9
        s = (s ^ s >> 27) &* 0x94D0_49BB_1331_11EB
        return s ^ s >> 31
    }
}
