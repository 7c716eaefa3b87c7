import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Images
import Testing
import VisionAPITypes

@Suite("Several prompts for one image")
struct SeveralPromptsTests {
    private func ask(_ client: some TestClientProtocol, _ prompts: [String]) async throws -> TestResponse {
        let request = ProcessImageRequest(
            image: Demo.image.base64EncodedString(), prompts: .several(prompts), maxNewTokens: 60)
        return try await client.post(JSONEncoder().encode(request))
    }

    @Test("each is answered as it is alone, by the prompt as it was sent")
    func answers() async throws {
        let prompts = ["<CAPTION>", "generate tags", " <OCR> "]
        try await Demo.application().test(.router) { client in
            let response = try await ask(client, prompts)
            #expect(response.status == .ok)
            let results = try response.decoded(ProcessImageResults<String>.self).results
            #expect(Set(results.keys) == Set(prompts))
            for prompt in prompts {
                #expect(results[prompt] == (try Demo.text(prompt, maxNewTokens: 60)), "\(prompt)")
            }
        }
    }

    @Test("a list of one is a list")
    func one() async throws {
        try await Demo.application().test(.router) { client in
            let results = try await ask(client, ["<CAPTION>"]).decoded(ProcessImageResults<String>.self).results
            #expect(results.count == 1)
        }
    }

    @Test(
        "a list with nothing, too much, the same twice or something invalid is refused as a whole",
        arguments: [
            [], Array(repeating: "<CAPTION>", count: 33), ["<CAPTION>", "caption"], ["<CAPTION>", "<NOTHING>"],
        ])
    func refused(prompts: [String]) async throws {
        let loads = LoadCount()
        try await Demo.application(loads: loads).test(.router) { client in
            let response = try await ask(client, prompts)
            #expect(response.status == .badRequest)
        }
        #expect(loads.value == 0)
    }

    @Test("what is neither a string nor a list of strings is told by the field's name")
    func mistyped() async throws {
        try await Demo.application().test(.router) { client in
            for prompt in ["3", "[1]", "{}", "[[\"<CAPTION>\"]]"] {
                let response = try await client.post(Data("{\"image\": \"\", \"prompt\": \(prompt)}".utf8))
                #expect(response.status == .unprocessableContent, "\(prompt)")
                let detail = try response.detail
                #expect(detail == "The field \"prompt\" must be a string or a list of strings.")
            }
        }
    }

    @Test("the image is seen once: the later answers took the vision tower no time")
    func onePass() throws {
        let captioner = try Captioner(Demo.files, threads: 1)
        let pixels = try #require(RGBImage(width: 8, height: 8, pixels: .init(repeating: 9, count: 192)))
        let image = try Demo.files.imageProcessor().prepare(pixels)
        let request = try CaptionRequest(image: image, prompts: [TaskPrompt("CAPTION"), TaskPrompt("OCR")])
        let vision = try captioner.answer(request).map(\.seconds.vision)
        #expect(vision.count == 2 && vision[0] > 0 && vision[1] == 0)
    }
}
