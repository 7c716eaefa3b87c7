import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPITypes

@Suite("Captions over HTTP, from the demo model")
struct CaptionTests {
    @Test("the answer is what the model itself says")
    func caption() async throws {
        let expected = try Demo.text("<CAPTION>")
        #expect(!expected.isEmpty)
        try await Demo.application().test(.router) { client in
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .ok)
            let result = try response.result
            #expect(result == expected)
        }
    }

    @Test("every form of a prompt means the same")
    func forgivingPrompts() async throws {
        try await Demo.application().test(.router) { client in
            let expected = try await client.processImage("<DETAILED_CAPTION>").result
            for prompt in ["detailed caption", " <Detailed_Caption>\n", "DETAILED_CAPTION", "<detailed_caption>"] {
                let result = try await client.processImage(prompt).result
                #expect(result == expected)
            }
        }
    }

    @Test("every form of the image means the same")
    func forgivingImages() async throws {
        let base64 = Demo.image.base64EncodedString()
        let wrapped = Demo.image.base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        try await Demo.application().test(.router) { client in
            let expected = try await client.processImage("<CAPTION>", image: base64).result
            for image in [
                wrapped, "data:image/png;base64,\(base64)", "DATA:;base64,\n\(wrapped)", "\n  \(base64)  ",
                base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""),
                " \r\n\tdata:image/png;base64,\(base64)", "data:image/png; Base64 ,\(base64)",
                "data:image/png;base64,\(percents(base64))", percents("data:image/png;base64,\(base64)"),
                "DATA%3Aimage/png;base64,\(base64)",
                "data:image/png,\(Demo.image.map { String(format: "%%%02X", $0) }.joined())",
            ] {
                let result = try await client.processImage("<CAPTION>", image: image).result
                #expect(result == expected)
            }
        }
    }

    private func percents(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    @Test("slashes with a backslash before them, as PHP writes them, are slashes")
    func escapedSlashes() async throws {
        let base64 = Demo.image.base64EncodedString()
        #expect(base64.contains("/"))
        let body = #"{"image":"\#(base64.replacing("/", with: "\\/"))","prompt":"\u003cCAPTION>"}"#
        try await Demo.application().test(.router) { client in
            let expected = try await client.processImage("<CAPTION>").result
            let result = try await client.post(Data(body.utf8)).result
            #expect(result == expected)
        }
    }

    @Test("all seven prompts answer the model's own text")
    func sevenPrompts() async throws {
        #expect(TaskPrompt.promptGenPrompts.count == 7)
        try await Demo.application().test(.router) { client in
            for prompt in TaskPrompt.promptGenPrompts {
                let result = try await client.processImage(prompt, maxNewTokens: 40).result
                #expect(result == (try Demo.text(prompt, maxNewTokens: 40)) && !result.isEmpty, "\(prompt)")
                #expect(!result.contains("<s>") && !result.contains("</s>"), "\(prompt)")
            }
        }
    }

    @Test("a task with places answers its bare object")
    func objects() async throws {
        struct Boxes: Codable, Sendable, Equatable {
            let bboxes: [[Float]]
            let labels: [String]
        }
        try await Demo.application().test(.router) { client in
            let result = try await client.processImage("<OD>").decoded(ProcessImageResponse<Boxes>.self).result
            #expect(result.bboxes.count == result.labels.count && !result.labels.isEmpty)
            #expect(result.bboxes.allSatisfy { $0.count == 4 })
            #expect(Answer.boxes(bboxes: result.bboxes, labels: result.labels) == (try Demo.answer("<OD>")))
        }
    }

    @Test("the request's own settings win over the model's")
    func overrides() async throws {
        let greedy = try Demo.text("<MORE_DETAILED_CAPTION>", numBeams: 1, maxNewTokens: 5)
        try await Demo.application().test(.router) { client in
            let result = try await client.processImage("<MORE_DETAILED_CAPTION>", numBeams: 1, maxNewTokens: 5).result
            #expect(result == greedy)
        }
    }

    @Test("unknown fields are ignored")
    func unknownFields() async throws {
        let body = #"{"image":"\#(Demo.image.base64EncodedString())","prompt":"<CAPTION>","temperature":"hot"}"#
        try await Demo.application().test(.router) { client in
            let response = try await client.post(Data(body.utf8))
            #expect(response.status == .ok)
        }
    }

    @Test("extra prompts, or any, go to the model literally")
    func literalPrompts() async throws {
        try await Demo.application().test(.router) { client in
            let response = try await client.processImage("<DocVQA>what is it?")
            #expect(response.status == .badRequest)
        }
        try await Demo.application(extraPrompts: ["<DocVQA>"]).test(.router) { client in
            let response = try await client.processImage("<DocVQA>what is it?", maxNewTokens: 5)
            #expect(response.status == .ok)
        }
        try await Demo.application(anyPrompt: true).test(.router) { client in
            let response = try await client.processImage("what is it?", maxNewTokens: 5)
            #expect(response.status == .ok)
        }
    }

    @Test("20 requests at once over loopback: one load, 20 equal answers")
    func parallel() async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.ahc(.http)) { client in
            let results = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 { group.addTask { try await client.processImage("<CAPTION>").result } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(results == [try Demo.text("<CAPTION>")])
        }
        #expect(loads.value == 1)
    }

    @Test("a connection goes on after errors, and bodies up to the limit arrive whole")
    func live() async throws {
        try await Demo.application(maxBodySize: 4 << 20).test(.live) { client in
            let padded = String(repeating: " ", count: 3 << 20) + Demo.image.base64EncodedString()
            let good = try await client.processImage("<CAPTION>", image: padded)
            #expect(good.status == .ok)
            let malformed = try await client.post(Data("{".utf8))
            #expect(malformed.status == .badRequest)
            let again = try await client.processImage("<CAPTION>")
            #expect(again.status == .ok)
        }
    }
}
