import Florence2
import Foundation
import Testing

@Suite struct PostProcessorGoldenTests {
    /// `native` has the structure, with truncated coordinates; `remote` (the checkpoint's own code) has float ones.
    private struct Golden: Decodable {
        let task: String
        let text: String
        let image_size: [Int]
        let native: [String: AnswerJSON]
        let remote: [String: AnswerJSON]
    }

    @Test("All golden cases agree with the native processor, coordinates not truncated")
    func allGoldenCasesAgreeWithTheNativeProcessor() throws {
        let goldens = try JSONDecoder().decode(
            [Golden].self, from: Data(TextGoldens.committed("tasks/postprocess.json")))
        #expect(goldens.count == 1008)
        var withFloats = 0
        var different: [String] = []
        for golden in goldens {
            let native = try #require(golden.native[golden.task])
            let floats = try #require(golden.remote[golden.task])
            let remote = floats.mapped(string: {
                $0.replacing("</s>", with: "").trimmingCharacters(in: .whitespacesAndNewlines)
            })
            let answer = PostProcessor()(
                golden.text, task: try prompt(for: golden.task), imageWidth: golden.image_size[0],
                imageHeight: golden.image_size[1])
            let ours = try AnswerJSON(encoding: answer)
            var isEqual = ours.mapped(number: trunc) == native
            // The two processors differ in structure only where an OCR answer starts with locations.
            if remote.mapped(number: trunc) == native {
                withFloats += 1
                isEqual = isEqual && ours.mapped(number: float32) == remote.mapped(number: float32)
            }
            if !isEqual { different.append("\(golden.task) \(golden.text.debugDescription)") }
        }
        #expect(different.prefix(5) == [])
        #expect(withFloats == 998)
    }

    private func prompt(for task: String) throws -> TaskPrompt {
        let input =
            switch FlorenceTask(rawValue: task)?.input {
            case .text: "a cat"
            case .region: "<loc_1><loc_2><loc_3><loc_4>"
            case .some(.none), nil: ""
            }
        return try TaskPrompt(task + input, anyPrompt: true)
    }

    private func float32(_ value: Double) -> Double { Double(Float(value)) }
}
