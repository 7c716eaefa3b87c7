import Captioning
import FakeEngine
import Foundation
import Hummingbird
import HummingbirdTesting
import Serving
import Testing
import VisionAPI
import VisionAPITypes

/// What people send to /process_image with curl.
@Suite("Bodies that are no JSON, and several images", .timeLimit(.minutes(10)))
struct RequestFormTests {
    private static let file = FakeModel.folder.appending(path: "example.png").path

    private struct Answer: Decodable, Equatable {
        var name: String?
        var result: String?
        var results: [String: String]?
        var detail: String?
        var code: String?
        var images: [Answer]?
    }

    /// What curl gets from `/process_image`, on a thread of its own: the server needs those that it would block.
    private static func curl(_ port: Int, _ arguments: [String], query: String = "") async throws -> (Int, String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try run(port, arguments, query) }) }.start()
        }
    }

    private static func run(_ port: Int, _ arguments: [String], _ query: String) throws -> (Int, String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["curl", "--silent", "--show-error", "--max-time", "60", "--write-out", "\n%{http_code}"] + arguments
            + ["http://127.0.0.1:\(port)/process_image\(query)"]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let end = text.lastIndex(of: "\n") ?? text.startIndex
        return (Int(text[text.index(after: end)...]) ?? 0, String(text[..<end]))
    }

    private static func answer(_ text: String) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    @Test("a form and a file get what JSON gets")
    func single() async throws {
        let caption = try Demo.text("<CAPTION>")
        let short = try Demo.text("<CAPTION>", numBeams: 1, maxNewTokens: 4)
        let ocr = try Demo.text("<OCR>")
        let raw = ["--data-binary", "@\(Self.file)", "--header", "Content-Type: image/png"]
        let bytes = ["--data-binary", "@\(Self.file)", "--header", "Content-Type: application/octet-stream"]
        let form = ["--form", "image=@\(Self.file)", "--form", "prompt=CAPTION"]
        let both = Answer(results: ["CAPTION": caption, "<OCR>": ocr])
        let requests: [([String], String, Answer)] = [
            (form, "", Answer(result: caption)),
            (form + ["--form", "num_beams=1", "--form", "max_new_tokens= 4"], "", Answer(result: short)),
            (["--form", "image=@\(Self.file);type=image/png"], "?prompt=caption", Answer(result: caption)),
            (form + ["--form-string", "prompt=<OCR>"], "", both),
            (raw, "?prompt=CAPTION", Answer(result: caption)),
            (bytes, "?prompt=%3CCAPTION%3E&num_beams=1&max_new_tokens=4", Answer(result: short)),
            (raw, "?prompt=CAPTION&prompt=%3COCR%3E", both),
        ]
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            for (arguments, query, expected) in requests {
                let (status, text) = try await Self.curl(port, arguments, query: query)
                #expect(status == 200 && (try? Self.answer(text)) == expected, "\(arguments) \(query) \(text)")
            }
            // Some programs call everything so.
            let json = try await client.execute(
                uri: "/process_image", method: .post, headers: [.contentType: "application/octet-stream"],
                body: ByteBuffer(bytes: Demo.captionBody))
            #expect(try json.result == caption)
        }
    }

    @Test("what is wrong is told as for JSON")
    func refused() async throws {
        let image = ["--form", "image=@\(Self.file)"]
        let type = ["--header", "Content-Type: multipart/form-data"]
        let raw = ["--data-binary", "@\(Self.file)", "--header", "Content-Type: image/png"]
        let requests: [([String], String, Int, String)] = [
            (image, "", 422, "missing_field"), (["--form", "prompt=CAPTION"], "", 422, "missing_field"),
            (raw, "", 422, "missing_field"), (raw, "?prompt=NONSENSE", 400, "invalid_prompt"),
            (raw, "?prompt=CAPTION&num_beams=9", 400, "invalid_field"),
            (raw, "?prompt=CAPTION&num_beams=x", 422, "invalid_field"),
            (raw, "?prompt=CAPTION&keep_alive=soon", 400, "invalid_field"),
            (image + ["--form", "prompt=describe it"], "", 400, "invalid_prompt"),
            (["--form", "image=cat.jpg", "--form", "prompt=CAPTION"], "", 400, "invalid_image"),
            (["--form", "image=@\(#filePath)", "--form", "prompt=CAPTION"], "", 400, "invalid_image"),
            (["--data-binary", "x"] + type, "?prompt=CAPTION", 400, "invalid_form"),
            (Array(repeating: image, count: 17).flatMap { $0 } + ["--form", "prompt=OCR"], "", 400, "invalid_image"),
        ]
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            for (arguments, query, expected, code) in requests {
                let (status, text) = try await Self.curl(port, arguments, query: query)
                #expect(status == expected && (try? Self.answer(text).code) == code, "\(arguments) \(query) \(text)")
            }
            let one = Demo.image.base64EncodedString()
            let seventeen = Array(repeating: "\"\(one)\"", count: 17).joined(separator: ",")
            for body in [
                #"{"images": [], "prompt": "OCR"}"#, #"{"images": ["\#(one)"], "image": "\#(one)", "prompt": "OCR"}"#,
                #"{"images": [\#(seventeen)], "prompt": "OCR"}"#,
            ] {
                let response = try await client.post(Data(body.utf8))
                #expect(response.status == .badRequest)
                #expect(try response.code == .invalidImage)
            }
            let mistyped = try await client.post(Data(#"{"images": [1], "prompt": "OCR"}"#.utf8))
            #expect(mistyped.status == .unprocessableContent)
        }
    }

    @Test("several images are answered each by its name or number, and a bad one fails nobody else")
    func several() async throws {
        let caption = try Demo.text("<CAPTION>")
        let image = ["--form", "image=@\(Self.file)"]
        let bad = ["--form", "image=@\(#filePath);filename=\"no \\\"image\\\".txt\""]
        try await Demo.application().test(.live) { client in
            let port = try #require(client.port)
            let (status, text) = try await Self.curl(port, image + bad + image + ["--form", "prompt=CAPTION"])
            let images = try #require(try Self.answer(text).images)
            #expect(status == 200 && images.map(\.result) == [caption, nil, caption])
            #expect(images.map(\.name) == ["example.png", #"no "image".txt"#, "example.png"])
            #expect(images[1].code == "invalid_image" && images[1].detail?.isEmpty == false)

            let one = Demo.image.base64EncodedString()
            let json = try await client.post(
                Data(#"{"images": ["\#(one)", "?", "data:image/png;base64,\#(one)"], "prompt": ["CAPTION"]}"#.utf8))
            let listed = try #require(try json.decoded(Answer.self).images)
            #expect(listed.map(\.name) == ["1", "2", "3"])
            #expect(listed.map { $0.results?["CAPTION"] } == [caption, nil, caption])
            let single = try await client.post(Data(#"{"images": ["\#(one)"], "prompt": "CAPTION"}"#.utf8))
            #expect(try single.decoded(Answer.self) == Answer(images: [Answer(name: "1", result: caption)]))
            let counters = try await client.get("/status").decoded(StatusBody.self).counters
            #expect(counters.accepted == 3 && counters.answered == 3)
        }
    }

    @Test("of several the events say which one they are about, and the last one has all")
    func events() async throws {
        let caption = try Demo.text("<CAPTION>")
        let image = ["--form", "image=@\(Self.file)"]
        try await Demo.application().test(.live) { client in
            let (status, text) = try await Self.curl(
                try #require(client.port),
                image + image + ["--form", "prompt=CAPTION", "--header", "Accept: text/event-stream"])
            #expect(status == 200)
            let events = text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            let data = { (name: String) in
                events.filter { $0.hasPrefix("event: \(name)\n") }.map { $0.components(separatedBy: "data: ")[1] }
            }
            #expect(data("started") == [#"{"image":0}"#, #"{"image":1}"#])
            for number in 0..<2 {
                let texts = try data("text").map {
                    try JSONDecoder().decode(ProcessImageText.self, from: Data($0.utf8))
                }
                #expect(texts.filter { $0.image == number }.map(\.text).joined() == caption)
            }
            let result = try Self.answer(try #require(data("result").first))
            #expect(
                result.images?.map(\.result) == [caption, caption] && events.last?.hasPrefix("event: result") == true)
        }
    }

    @Test("a model that goes when nobody waits stays for the next image, and others have their turn in between")
    func turns() async throws {
        let loads = LoadCount()
        let application = try Demo.application(limits: .init(keepAlive: .lasting(.zero)), loads: loads)
        try await application.test(.live) { client in
            let port = try #require(client.port)
            let image = ["--form", "image=@\(Self.file)"]
            let (status, text) = try await Self.curl(port, image + image + image + ["--form", "prompt=CAPTION"])
            #expect(try status == 200 && Self.answer(text).images?.count == 3 && loads.value == 1)
        }
    }
}
