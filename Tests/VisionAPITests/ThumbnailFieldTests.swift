import Foundation
import HTTPTypes
import HummingbirdTesting
import Images
import Testing
import VisionAPI

@Suite("Thumbnails beside results")
struct ThumbnailFieldTests {
    private struct Answer: Decodable {
        let result: String?
        let thumbnail: Data?
    }

    private struct Answers: Decodable {
        let images: [Answer]
    }

    private func ask(_ client: some TestClientProtocol, _ fields: String) async throws -> TestResponse {
        try await client.post(Data(#"{"prompt": "CAPTION", \#(fields)}"#.utf8))
    }

    @Test("a thumbnail is an upright JPEG of that size, of an image that is known, too, and of each of several")
    func thumbnails() async throws {
        let image = Demo.image.base64EncodedString()
        let header = try ImageDecoder().header(of: Array(Demo.image))
        try await Demo.application(around: Demo.host(imageCache: 64 << 20)).test(.live) { client in
            for _ in 0..<2 {
                let answer = try await ask(client, #""image": "\#(image)", "thumbnail": 48"#).decoded(Answer.self)
                let thumbnail = try ImageDecoder().decode(Array(try #require(answer.thumbnail)))
                #expect(max(thumbnail.width, thumbnail.height) == min(48, max(header.width, header.height)))
                #expect(try answer.result == Demo.text("<CAPTION>"))
            }
            let none = try await ask(client, #""image": "\#(image)""#).decoded(Answer.self)
            #expect(none.thumbnail == nil)
            let several = try await ask(client, #""images": ["\#(image)", "AAAA"], "thumbnail": 16"#)
            let answers = try several.decoded(Answers.self).images
            #expect(answers.count == 2 && answers[0].thumbnail != nil && answers[1].thumbnail == nil)
        }
    }

    @Test("sizes from 16 to 512 are taken, others refused")
    func sizes() async throws {
        let image = Demo.image.base64EncodedString()
        try await Demo.application().test(.live) { client in
            for (size, status) in [
                ("15", 400), ("513", 400), (#""small""#, 422), ("16.5", 422), ("16", 200), ("null", 200),
            ] {
                let response = try await ask(client, #""image": "\#(image)", "thumbnail": \#(size)"#)
                #expect(response.status.code == status, "\(size)")
            }
        }
    }
}
