import Eventually
import Foundation
import Testing

@Suite("vision-client and the real server with the demo model", .serialized)
struct DemoServerTests {
    private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Models/demo/example.png")

    /// A server, and its address.
    private func server() async throws -> (server: Client, address: String) {
        let server = try Client(
            ["--model", "demo", "--port", "0"], environment: ["VISION_SERVER_HOST": "127.0.0.1"],
            program: "vision-server")
        var address: String?
        try await eventually {
            address = server.errors.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/).map { String($0.0) }
            return address != nil || !server.isRunning
        }
        return (server, try #require(address, "\(server.errors)"))
    }

    @Test("the verbs of the original: a caption, the prompts, the model; a bad image and one that is too large")
    func verbs() async throws {
        let (server, address) = try await server()
        let album = try Album("none.jpg")
        try album.add("large.jpg", Data((0..<40 << 20).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 7) }))
        let environment = ["VISION_HOST": address]
        let caption = try Client.run(["CAPTION", Self.example.path], environment: environment)
        #expect(caption.output.contains("\"FISH\"") && caption.output.hasSuffix("\n") && caption.status == 0)
        let boxes = try Client.run(["OD", Self.example.path], environment: environment)
        #expect(boxes.output.hasPrefix(#"{"bboxes":[["#))
        let prompts = try Client.run(["prompts"], environment: environment)
        #expect(prompts.output.split(separator: "\n").contains("<MIXED_CAPTION_PLUS>"))
        #expect(try Client.run(["model"], environment: environment).output == "demo\n")
        let none = try Client.run(["CAPTION", album.path("none.jpg")], environment: environment)
        #expect(none.status == 1 && none.errors.contains("The file is no picture"), "\(none.errors)")
        let large = try Client.run(["CAPTION", album.path("large.jpg")], environment: environment)
        #expect(large.status == 1 && large.errors.contains("larger than 32 MB"), "\(large.errors)")
        let unknown = try Client.run(["folder", "nonsense", "txt", album.path], environment: environment)
        #expect(unknown.status == 1 && unknown.errors.contains("Unknown prompt"), "\(unknown.errors)")
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test("a folder on two servers, one of which is stopped on the way: every image has the same caption")
    func folder() async throws {
        let album = try Album()
        let image = try Data(contentsOf: Self.example)
        for index in 0..<12 { try album.add("\(index).png", image) }
        let (first, second) = (try await server(), try await server())
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--server", first.address, "--server", second.address])
        try await eventually { album.files.count >= 14 }
        first.server.send(SIGTERM)
        let run = client.finish()
        #expect(run.status == 0, "\(run.errors)")
        let captions = album.files.filter { $0.hasSuffix(".txt") }.map { album.text($0) }
        #expect(captions.count == 12)
        #expect(Set(captions).count == 1)
        #expect(captions.first??.contains("\"FISH\"") ?? false)
        second.server.send(SIGTERM)
        #expect(second.server.finish().status == 0)
    }
}
