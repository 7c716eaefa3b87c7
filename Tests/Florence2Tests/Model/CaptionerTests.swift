import Florence2
import Foundation
import Images
import Synchronization
import Testing

@Suite struct CaptionerTests {
    @Test("Cancellation ends a request between two steps")
    func cancellation() throws {
        let (captioner, image) = try Self.demo()
        let checks = Atomic(0)
        #expect(throws: CancellationError.self) {
            _ = try captioner.answer(image, prompt: TaskPrompt("<CAPTION>")) {
                checks.add(1, ordering: .relaxed).newValue > 12
            }
        }
        #expect(checks.load(ordering: .relaxed) == 13)
        // The next request finds the captioner as it was.
        #expect(try !captioner.answer(image, prompt: TaskPrompt("<CAPTION>")).text.isEmpty)
    }

    @Test("A prompt that does not fit is an error with both numbers")
    func longPrompt() throws {
        let (captioner, image) = try Self.demo()
        let prompt = try TaskPrompt(String(repeating: "word ", count: 5000), anyPrompt: true)
        let error = try #require(throws: ModelError.self) { try captioner.answer(image, prompt: prompt) }
        guard case .promptTooLong(let tokens, let limit) = error else { throw error }
        #expect(tokens >= 5000 && (1...1024).contains(limit))
        #expect("\(error)".contains("\(tokens) tokens") && "\(error)".contains("room for \(limit)."))
    }

    @Test("The token limit is kept, the forced end included")
    func tokenLimit() throws {
        let (captioner, image) = try Self.demo()
        for limit in [1, 2, 3, 7] {
            let caption = try captioner.answer(
                image, prompt: TaskPrompt("<MIXED_CAPTION_PLUS>"), overrides: .init(maxNewTokens: limit))
            #expect(caption.tokenIDs.count == limit + 1)
            #expect(caption.tokenIDs.last == 2)
        }
    }

    @Test("Answers are the same the second time")
    func repeatable() throws {
        let (captioner, image) = try Self.demo()
        let prompt = try TaskPrompt("<DETAILED_CAPTION>")
        let first = try captioner.answer(image, prompt: prompt)
        let second = try captioner.answer(image, prompt: prompt)
        #expect(first.tokenIDs == second.tokenIDs && first.score == second.score)
    }

    private static func demo() throws -> (Captioner<CPUEngine>, PreparedImage) {
        let files = try ModelFiles.directory(ReferenceGoldens.demoModel.path)
        let bytes = try Data(contentsOf: ReferenceGoldens.demoModel.appending(path: "example.png"))
        let image = try files.imageProcessor().prepare(ImageDecoder().decode(Array(bytes)))
        return (try Captioner(files, threads: 2), image)
    }
}
