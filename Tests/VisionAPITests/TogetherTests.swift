import Florence2
import HummingbirdTesting
import Serving
import Testing

@Suite("Requests at the same time")
struct TogetherTests {
    @Test("are written together, each with the answer that it gets alone", arguments: [1, 3, 8])
    func sameAnswers(maxBatch: Int) async throws {
        let prompts = ["<CAPTION>", "<DETAILED_CAPTION>", "<OCR>", "<MORE_DETAILED_CAPTION>"]
        let expected = try prompts.map { try Demo.text($0) }
        try await Demo.application(limits: .init(maxConcurrent: maxBatch)).test(.ahc(.http)) { client in
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<8 {
                    let index = number % prompts.count
                    group.addTask { (index, try await client.processImage(prompts[index]).result) }
                }
                for try await (index, text) in group { #expect(text == expected[index], "\(prompts[index])") }
            }
        }
    }
}
