import Florence2
import Foundation
import Images
import Tensors
import Testing

@Suite struct ReferenceGoldenTests {
    private struct Expected: Decodable {
        let prompt: String
        let decoder_ids: [Int]
        let generations: [Generation]

        struct Generation: Decodable {
            let num_beams: Int
            let max_new_tokens: Int
            let no_repeat_ngram_size: Int?
            let token_ids: [Int]
            let score: Float?
        }
    }

    @Test("Each stage agrees with transformers", arguments: ["mini-native", "mini-original"], InstructionSet.supported)
    func stagesAgree(name: String, instructionSet: InstructionSet) throws {
        let model = try GoldenModel(name, instructionSet: instructionSet)
        let expected = try ReferenceGoldens.decode(Expected.self, "\(name)/expected.json")
        let file = try SafetensorsFile(path: model.folder.appending(path: "expected.safetensors").path)
        let reference = Weights(files: [file], workspace: Workspace(threads: 1)) { StoredName($0) }
        let found = try model.captioner.inspect(
            model.image, prompt: TaskPrompt(expected.prompt), decoderIDs: expected.decoder_ids)
        #expect(found.count == file.entries.count)
        for (name, tensor) in found {
            let values = try reference.tensor(name, reference.shape(of: name)).values
            let limit = name == "pixel_values" ? 0 : 2e-5 * (values.map(abs).max() ?? 0)
            let worst = zip(values, tensor.values).map { abs($0 - $1) }.max() ?? 0
            #expect(tensor.values.count == values.count && worst <= limit, "\(name): \(worst) over \(limit)")
        }
    }

    @Test("Token ids are those of transformers", arguments: ["mini-native", "mini-original"])
    func tokensAgree(name: String) throws {
        let model = try GoldenModel(name, instructionSet: .current)
        let expected = try ReferenceGoldens.decode(Expected.self, "\(name)/expected.json")
        let generations = expected.generations.filter { $0.no_repeat_ngram_size == nil }
        #expect(generations.count >= 3)
        for generation in generations {
            let caption = try model.captioner.answer(
                model.image, prompt: TaskPrompt(expected.prompt),
                overrides: .init(numBeams: generation.num_beams, maxNewTokens: generation.max_new_tokens))
            #expect(caption.tokenIDs == generation.token_ids)
            if let score = generation.score { #expect(abs(caption.score - score) < 1e-4) }
        }
    }

    @Test("An image's answer does not depend on how many threads compute it")
    func threadsDoNotMatter() throws {
        let answers = try [1, 2, 5].map { threads in
            let model = try GoldenModel("mini-original", instructionSet: .current, threads: threads)
            return try model.captioner.inspect(
                model.image, prompt: TaskPrompt("<CAPTION>"), decoderIDs: [2, 0, 17]
            ).map(\.tensor.values)
        }
        #expect(answers[0] == answers[1] && answers[0] == answers[2])
    }
}

/// A golden checkpoint, loaded, with its image.
private struct GoldenModel {
    let folder: URL
    let captioner: Captioner<CPUEngine>
    let image: PreparedImage

    init(_ name: String, instructionSet: InstructionSet, threads: Int = 2) throws {
        folder = ReferenceGoldens.folder.appending(path: name)
        let files = try ModelFiles.directory(folder.path)
        captioner = try Captioner(files, threads: threads, instructionSet: instructionSet)
        let bytes = try Data(contentsOf: folder.appending(path: "picture.png"))
        image = try files.imageProcessor().prepare(ImageDecoder().decode(Array(bytes)))
    }
}
