import Captioning
import Eventually
import Foundation
import HTTPTypes
import HummingbirdTesting
import Images
import Loopback
import Serving
import Synchronization
import Testing
import VisionAPI
import VisionAPITypes

/// What one image that takes long does to the others, through the door.
@Suite("Requests that are ready, and those that are not")
struct PassingTests {
    /// Images that are decoded until a test lets them end: BMP files, as nobody else sends any here.
    private final class Workbench: Sendable {
        private let isOpen = DispatchSemaphore(value: 0)
        /// How many are being decoded or are paused, and how many of those were told to end.
        let begun = Atomic(0)
        let abandoned = Atomic(0)

        func open(for count: Int) { for _ in 0..<count { isOpen.signal() } }

        /// Takes a second of the processor's time, as it says, and then as long as the test likes.
        func prepare(
            _ file: [UInt8], _ processor: ImageProcessor, _ question: DecodeWatch.Question
        ) throws -> PreparedImage {
            guard file.starts(with: "BM".utf8) else { return try ImageDecoder().prepare(file, with: processor) }
            begun.add(1, ordering: .relaxed)
            do {
                try question(.seconds(1))
                while isOpen.wait(timeout: .now() + .milliseconds(1)) == .timedOut { try question(.seconds(1)) }
            } catch {
                abandoned.add(1, ordering: .relaxed)
                throw error
            }
            throw ImageError.damaged(.bmp, "of course")
        }
    }

    /// A request with such an image.
    private static let endless: String = {
        let body = #"{"prompt": "<CAPTION>", "image": "\#(Data(SmallBMP.file).base64EncodedString())"}"#
        return "POST /process_image HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
    }()

    @Test("a good request is answered while one image, or eight, take for ever; then these are", arguments: [1, 8])
    func passing(count: Int) async throws {
        let bench = Workbench()
        let host = Demo.host()
        let application = try Demo.application(around: host) { try bench.prepare($0, $1, $2) }
        try await application.test(.ahc(.http)) { client in
            let port = try #require(client.port)
            var connections: [LoopbackConnection] = []
            for number in 1...count {
                connections.append(try LoopbackConnection(port: port))
                try connections.last?.send(Self.endless)
                try await eventually { bench.begun.load(ordering: .relaxed) == number }
            }
            #expect(try await client.processImage("<CAPTION>").result == Demo.text("<CAPTION>"))
            #expect(await host.status.waiting == count)
            bench.open(for: count)
            for connection in connections { #expect(await connection.receive().hasPrefix("HTTP/1.1 400 ")) }
            try await eventually { await host.status.waiting == 0 }
        }
    }

    @Test("who leaves gives its place back at once, in the slow lane or paused before it")
    func leaving() async throws {
        let bench = Workbench()
        let host = Demo.host(limits: .init(maxQueued: 3))
        let application = try Demo.application(around: host) { try bench.prepare($0, $1, $2) }
        try await application.test(.ahc(.http)) { client in
            let port = try #require(client.port)
            var connections: [LoopbackConnection] = []
            for number in 1...3 {
                connections.append(try LoopbackConnection(port: port))
                try connections.last?.send(Self.endless)
                try await eventually { bench.begun.load(ordering: .relaxed) == number }
            }
            #expect(try await client.processImage("<CAPTION>").status == .serviceUnavailable)
            for left in 1...3 {
                // The last of them has the lane.
                connections.removeLast()
                try await eventually { await host.status.waiting == 3 - left }
                try await eventually { bench.abandoned.load(ordering: .relaxed) == left }
                #expect(try await client.processImage("<CAPTION>").status == .ok)
            }
            try await eventually { await host.status.counters.cancelled == 3 }
        }
    }

    @Test("an image that needs more memory than one may take is refused with a sentence")
    func tooLarge() async throws {
        let application = try Demo.application(
            around: Demo.host(), .init(modelName: "demo", decoding: .init(memory: 48)))
        try await application.test(.router) { client in
            let response = try await client.processImage("<CAPTION>")
            #expect(response.status == .badRequest)
            let detail = try response.detail
            #expect(detail.hasPrefix("The picture takes too many bytes for decoding: "))
            #expect(detail.contains(" MB, and one may take 0 MB. ") && detail.contains("--max-decode-memory"))
        }
    }
}

/// A red pixel, 24 bits deep.
private enum SmallBMP {
    static let file: [UInt8] =
        Array("BM".utf8) + [58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0] + [40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0]
        + [UInt8](repeating: 0, count: 24) + [0, 0, 255, 0]
}
