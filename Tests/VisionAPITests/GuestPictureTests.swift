import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Images
import Testing
import VisionAPI
import VisionAPITypes

/// HEIC, AVIF and JPEG XL from outside: through HTTP and through the program. The pictures show what the demo model knows.
@Suite(
    "Pictures that a process decodes",
    .enabled(if: CodecLibraries.guest(of: .heif) != nil && CodecLibraries.guest(of: .jxl) != nil, "needs the libraries")
)
struct GuestPictureTests {
    private static let goldens = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens")

    private static func path(_ name: String) -> String { goldens.appending(path: name).path }

    @Test("a picture of a phone and one of the web are captioned", arguments: ["phone.heic", "web.avif"])
    func captioned(_ name: String) async throws {
        let file = try Data(contentsOf: URL(filePath: Self.path("clients/\(name)")))
        let body = #"{"prompt": "<CAPTION>", "image": "\#(file.base64EncodedString())"}"#
        var configuration = ServerConfiguration(modelName: "demo")
        configuration.decoder = ImageDecoder(program: DecoderProgram(path: Program.url.path))
        let application = try Demo.application(around: Demo.host(), configuration)
        try await application.test(.router) { client in
            let response = try await client.execute(
                uri: "/process_image", method: .post, headers: [.contentType: "application/json"],
                body: .init(string: body))
            #expect(response.status == .ok)
            #expect(String(buffer: response.body).contains("a blue circle and a red square"))
        }
    }

    @Test("a format that is switched off is refused, and named", arguments: ["heic", "jxl"])
    func switchedOff(_ ending: String) async throws {
        let file = try Data(contentsOf: URL(filePath: Self.path("images/guests/odd.\(ending)")))
        let body = #"{"prompt": "<CAPTION>", "image": "\#(file.base64EncodedString())"}"#
        var configuration = ServerConfiguration(modelName: "demo")
        configuration.decoder = ImageDecoder(formats: [.jpeg, .png])
        let application = try Demo.application(around: Demo.host(), configuration)
        try await application.test(.router) { client in
            let response = try await client.execute(
                uri: "/process_image", method: .post, headers: [.contentType: "application/json"],
                body: .init(string: body))
            #expect(response.status == .badRequest)
            #expect(String(buffer: response.body).contains("(--formats)"))
        }
    }

    @Test("--formats knows its words")
    func formatsOption() throws {
        let picture = Self.path("clients/web.avif")
        let off = try Program.run(["caption", "--model", "demo", "--formats", "jpg,heic", picture])
        #expect(off.status == 1 && off.errors.contains("The file is AVIF, which this server was told not to read"))
        let on = try Program.run(
            ["caption", "--model", "demo", picture], environment: ["VISION_SERVER_FORMATS": "AVIF, png"])
        #expect(on.output == "a blue circle and a red square\n")
        let wrong = try Program.run(["caption", "--model", "demo", "--formats", "jpeg,webm", picture])
        #expect(wrong.status == 64)
        #expect(wrong.errors.contains("it must be some of jpeg,png,webp,gif,bmp,tiff,heif,avif,jxl."))
    }

    @Test("doctor tells what decodes them, and what is switched off")
    func doctor() throws {
        let doctor = try Program.run(["doctor", "--model", "demo", "--port", "0", "--formats", "jpeg,heif,jxl"])
        #expect(doctor.output.contains(#/ok     codecs     HEIC is decoded, by libheif 1\.\d+\.\d+, each picture/#))
        #expect(doctor.output.contains(#/ok     codecs     JPEG XL is decoded, by libjxl 0\.\d+\.\d+, each picture/#))
        #expect(doctor.output.contains("note   codecs     --formats leaves out PNG, WebP, GIF, BMP, TIFF, AVIF\n"))
    }

    /// With 24 descriptors, of which it has 10 or so.
    @Test("fifty pictures leave no descriptor and no process behind")
    func nothingIsLeft() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let pictures = [String](repeating: Self.path("images/guests/turned6.heic"), count: 50)
        let shell = ["-c", "ulimit -n 24; exec \"$@\"", "sh"]
        process.arguments = shell + [Program.url.path, "caption", "--model", "demo"] + pictures
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.split(separator: "\n").count == 50)
    }
}
