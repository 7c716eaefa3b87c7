import Captioning
import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Images
import Logging
import Serving
import Testing
import VisionAPI
import VisionAPITypes

@Suite("How the model searches, as requests ask for it, and what comes of damaged models")
struct GenerationTests {
    @Test("each setting of a request reaches the model")
    func settings() async throws {
        let asked: [(String, GenerationOverrides)] = [
            (#""min_new_tokens":40"#, .init(minNewTokens: 40)),
            (#""no_repeat_ngram_size":1"#, .init(noRepeatNGramSize: 1)),
            (#""length_penalty":-10"#, .init(lengthPenalty: -10)),
            (#""repetition_penalty":8.5,"num_beams":1"#, .init(numBeams: 1, repetitionPenalty: 8.5)),
        ]
        let captioner = try Captioner(Demo.files, threads: 1)
        let image = try Demo.files.imageProcessor().prepare(ImageDecoder().decode(Array(Demo.image)))
        let usual = try Demo.text("<CAPTION>")
        let answers = try asked.map {
            try captioner.answer(image, prompt: TaskPrompt("<CAPTION>"), overrides: $0.1).answer
        }
        try await Demo.application().test(.router) { client in
            for ((fields, overrides), answer) in zip(asked, answers) {
                let body = #"{"prompt":"CAPTION",\#(fields),"image":"\#(Demo.image.base64EncodedString())"}"#
                let result = try await client.post(Data(body.utf8)).result
                #expect(answer == .text(result), "\(fields)")
                if overrides.lengthPenalty == nil { #expect(result != usual, "\(fields)") }
            }
        }
    }

    @Test("a model whose numbers are damaged answers 500 and says so, never an empty caption")
    func damagedModel() async throws {
        let folder = try damagedFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let worker = CaptionWorker(maxBatch: 2) { try Captioner(ModelFiles.directory(folder.path), threads: 1) }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let host = ModelHost(name: "damaged", clock: ContinuousClock(), logger: logger, runner: worker)
        try await Demo.application(around: host).test(.router) { client in
            for beams in [1, 3] {
                let response = try await client.processImage("CAPTION", numBeams: beams)
                #expect(response.status == .internalServerError)
                let (code, detail) = (try response.code, try response.detail)
                #expect(code == .modelDamaged && detail.contains("damaged"))
            }
            let status = try await client.get("/status").decoded(StatusBody.self)
            #expect(status.counters.failed == 2 && status.counters.answered == 0)
        }
    }

    /// The demo model with one weight that is no number.
    private func damagedFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "damaged-\(UUID().uuidString)")
        let demo = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Models/demo")
        try FileManager.default.copyItem(at: demo, to: folder)
        let file = folder.appending(path: "model.safetensors")
        var bytes = try Data(contentsOf: file)
        // The last bytes are those of some weight; 0xffff is no number in float16.
        bytes.replaceSubrange(bytes.count - 2..<bytes.count, with: [0xff, 0xff])
        try bytes.write(to: file)
        return folder
    }

    @Test("what is odd about a model's files stands in the status")
    func warnings() async throws {
        let configuration = ServerConfiguration(modelName: "demo", modelWarnings: { ["an adapter lies there"] })
        try await Demo.application(around: Demo.host(), configuration).test(.router) { client in
            let status = try await client.get("/status").decoded(StatusBody.self)
            #expect(status.warnings == ["an adapter lies there"])
        }
    }
}
