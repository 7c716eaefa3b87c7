import Foundation
import Hummingbird
import HummingbirdTesting
import VisionAPITypes

extension TestClientProtocol {
    /// Sends an image and a prompt; the example image when there is none.
    func processImage(
        _ prompt: String, image: String = Demo.image.base64EncodedString(), numBeams: Int? = nil,
        maxNewTokens: Int? = nil
    ) async throws -> TestResponse {
        let request = ProcessImageRequest(
            image: image, prompt: prompt, numBeams: numBeams, maxNewTokens: maxNewTokens)
        return try await post(JSONEncoder().encode(request))
    }

    func get(_ path: String) async throws -> TestResponse {
        try await execute(uri: path, method: .get)
    }

    func post(_ body: Data) async throws -> TestResponse {
        try await execute(
            uri: "/process_image", method: .post, headers: [.contentType: "application/json"],
            body: ByteBuffer(bytes: body))
    }
}

extension TestResponse {
    func decoded<Body: Decodable>(_ type: Body.Type) throws -> Body {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    /// The caption of a task that answers text.
    var result: String {
        get throws { try decoded(ProcessImageResponse<String>.self).result }
    }

    /// The sentence of an error.
    var detail: String {
        get throws { try decoded(ErrorBody.self).detail }
    }

    /// The word of an error.
    var code: ErrorCode? {
        get throws { try decoded(ErrorBody.self).code }
    }
}
