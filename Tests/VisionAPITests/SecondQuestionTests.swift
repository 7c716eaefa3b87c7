import Captioning
import Eventually
import Florence2
import Foundation
import Hummingbird
import HummingbirdTesting
import Images
import Loopback
import Serving
import Synchronization
import Testing
import VisionAPI
import VisionAPITypes

@Suite("A second question about an image")
struct SecondQuestionTests {
    private struct Outcome: Decodable {
        let result: String
        let details: [ProcessImageDetail]
    }

    /// The example image's caption, with how it came about.
    private func ask(_ client: some TestClientProtocol, _ prompt: String) async throws -> Outcome {
        let body = #"{"image": "\#(Demo.image.base64EncodedString())", "prompt": "\#(prompt)"}"#
        let response = try await client.execute(
            uri: "/process_image", method: .post, headers: [.accept: "text/event-stream"],
            body: ByteBuffer(string: body))
        let event = String(buffer: response.body).components(separatedBy: "event: result\ndata: ").last ?? ""
        return try JSONDecoder().decode(Outcome.self, from: Data(event.utf8))
    }

    private func keptBytes(_ client: some TestClientProtocol) async throws -> Int {
        try await client.get("/status").decoded(StatusBody.self).memory.imageCacheBytes
    }

    @Test("costs no decoding and no second look, and is answered the same; what is kept goes with the model")
    func second() async throws {
        let decodings = Mutex(0)
        let application = try Demo.application(around: Demo.host(imageCache: 64 << 20)) {
            decodings.withLock { $0 += 1 }
            return try ImageDecoder().prepare($0, with: $1, watch: DecodeWatch($2))
        }
        let (caption, tags) = (try Demo.text("<CAPTION>"), try Demo.text("<DETAILED_CAPTION>"))
        try await application.test(.live) { client in
            let first = try await ask(client, "CAPTION")
            let second = try await ask(client, "CAPTION")
            #expect(first.result == caption && second.result == caption)
            #expect(try #require(second.details.first).seconds.vision < #require(first.details.first).seconds.vision)
            #expect(first.details.first?.inputTokens == second.details.first?.inputTokens)
            #expect(try await ask(client, "DETAILED_CAPTION").result == tags)
            let places = try Demo.answer("<OD>")
            let response = try await client.processImage("<OD>")
            let expected = try JSONEncoder().encode(ProcessImageResponse(result: places))
            #expect(try response.decoded(PlacesBody.self) == JSONDecoder().decode(PlacesBody.self, from: expected))
            #expect(decodings.withLock { $0 } == 1)
            #expect(try await keptBytes(client) > 10_000)

            let unloaded = try await client.execute(uri: "/unload", method: .post)
            #expect(unloaded.status == .ok)
            #expect(try await keptBytes(client) == 0)
            #expect(try await ask(client, "CAPTION").result == caption)
            #expect(decodings.withLock { $0 } == 2)
        }
    }

    @Test("many at a time are answered the same, and the image is looked at once a load")
    func together() async throws {
        let host = Demo.host(limits: .init(maxConcurrent: 4), imageCache: 64 << 20)
        let prompts = ["CAPTION", "DETAILED_CAPTION", "MORE_DETAILED_CAPTION", "OCR"]
        let expected = try prompts.map { try Demo.text("<\($0)>") }
        let image = Demo.image.base64EncodedString()
        try await Demo.application(around: host).test(.live) { client in
            let port = try #require(client.port)
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<16 {
                    let body = #"{"image": "\#(image)", "prompt": "\#(prompts[number % 4])"}"#
                    group.addTask {
                        (number, try await LoopbackConnection.ask(port, "POST /process_image", body: body))
                    }
                }
                for try await (number, answer) in group {
                    let body = Data((answer.components(separatedBy: "\r\n\r\n").last ?? "").utf8)
                    let result = try JSONDecoder().decode(ProcessImageResponse<String>.self, from: body).result
                    #expect(result == expected[number % 4])
                }
            }
        }
    }

    @Test("a file that was refused is refused again")
    func refused() async throws {
        try await Demo.application(around: Demo.host(imageCache: 64 << 20)).test(.live) { client in
            _ = try await ask(client, "CAPTION")
            let cut = Demo.image.prefix(Demo.image.count - 200).base64EncodedString()
            for _ in 0..<2 {
                let response = try await client.processImage("<CAPTION>", image: cut)
                #expect(response.status == .badRequest)
            }
            #expect(try await ask(client, "CAPTION").result == Demo.text("<CAPTION>"))
        }
    }

    /// A BMP: a red bar from top to bottom on white.
    private static func bar(width: Int, height: Int) -> Data {
        func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(number >> (8 * $0) & 255) } }
        let row = (3 * width + 3) / 4 * 4
        let head = [bytes(0x4D42, 2), bytes(54 + row * height, 4), bytes(0, 4), bytes(54, 4), bytes(40, 4)]
        let rest = [bytes(width, 4), bytes(height, 4), bytes(1, 2), bytes(24, 2), bytes(0, 24)]
        let pixels = (0..<width).flatMap { $0 * 3 / width == 1 ? [0, 0, 255] : [255, 255, 255] as [UInt8] }
        let line = Data(pixels + [UInt8](repeating: 0, count: row - 3 * width))
        return (0..<height).reduce(into: Data((head + rest).joined())) { file, _ in file += line }
    }

    @Test("images of the same pixels and another shape share a look, and have their own places")
    func otherShape() async throws {
        let processor = try Demo.files.imageProcessor()
        let captioner = try Captioner(Demo.files, threads: 1)
        let files = [60, 240, 120, 60].map { Self.bar(width: 120, height: $0) }
        let expected = try files.map { file in
            let image = try ImageDecoder().prepare(Array(file), with: processor)
            let answer = try captioner.answer(image, prompt: TaskPrompt("<OD>")).answer
            let body = try JSONEncoder().encode(ProcessImageResponse(result: answer))
            return try JSONDecoder().decode(PlacesBody.self, from: body)
        }
        #expect(expected[0] != expected[1] && expected[0] == expected[3])
        try await Demo.application(around: Demo.host(imageCache: 64 << 20)).test(.live) { client in
            var kept: [Int] = []
            for (file, expected) in zip(files, expected) {
                let response = try await client.processImage("<OD>", image: file.base64EncodedString())
                #expect(try response.decoded(PlacesBody.self) == expected)
                kept.append(try await keptBytes(client))
            }
            #expect(kept[0] > 0 && Set(kept).count == 1)
        }
    }

    @Test("is counted, and --image-cache 0 keeps nothing", arguments: [nil, "0"])
    func figures(option: String?) async throws {
        let options = option.map { ["--image-cache", $0] } ?? []
        let server = try RunningProgram(["--model", "demo", "--port", "0"] + options)
        let port = try await server.port()
        #expect(try await LoopbackConnection.metrics(port)["vision_image_cache_hits_total"] == 0)
        let body = String(decoding: Demo.captionBody, as: UTF8.self)
        for _ in 0..<3 {
            let answer = try await LoopbackConnection.ask(port, "POST /process_image", body: body)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
        let figures = try await LoopbackConnection.metrics(port)
        let isOn = option == nil
        #expect(figures["vision_image_cache_hits_total"] == (isOn ? 2 : 0))
        #expect(figures["vision_image_cache_misses_total"] == (isOn ? 1 : 0))
        #expect(try #require(figures["vision_image_cache_bytes"]) > (isOn ? 10_000 : -1))
        _ = try await LoopbackConnection.ask(port, "POST /unload")
        #expect(try await LoopbackConnection.metrics(port)["vision_image_cache_bytes"] == 0)
    }
}

/// `{"result": {...}}` of a task that finds places.
private struct PlacesBody: Decodable, Equatable {
    struct Places: Decodable, Equatable {
        let bboxes: [[Double]]
        let labels: [String]
    }

    let result: Places
}
