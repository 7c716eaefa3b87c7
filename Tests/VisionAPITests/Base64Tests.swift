import Foundation
import Images
import SeededRandom
import Testing
import VisionAPI

@Suite("Base64")
struct Base64Tests {
    @Test("every length gives the bytes back", arguments: 0..<70)
    func roundTrip(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 251) }
        let text = Data(bytes).base64EncodedString()
        #expect(try Base64.decode(text[...].utf8) == bytes)
    }

    @Test(
        "forgiving where the meaning is certain",
        arguments: [
            ("", ""), ("  \r\n\t ", ""), ("Zg==", "f"), ("Zg", "f"), ("Zm8=", "fo"), ("Zm8", "fo"), ("Zm9v", "foo"),
            ("Z m\n9\tv", "foo"), ("Zg = =\n", "f"), ("\nZg==  ", "f"), ("Pz8/", "???"), ("Pz8_", "???"),
            ("fn5+", "~~~"), ("fn5-", "~~~"), ("Zh==", "f"),
        ])
    func accepted(text: String, decoded: String) throws {
        #expect(try Base64.decode(text[...].utf8) == Array(decoded.utf8))
    }

    @Test(
        "a clear reason for everything else",
        arguments: [
            ("Zm9vZ", Base64Error.cutShort), ("Z", .cutShort), ("Zg=", .cutShort),
            ("Zg===", .misplacedPadding(position: 5)), ("=", .misplacedPadding(position: 1)),
            ("Zm9v=", .misplacedPadding(position: 5)), ("Zg==Zg==", .misplacedPadding(position: 5)),
            ("Zm9*", .invalidCharacter(position: 4)), ("Zm\u{0}v", .invalidCharacter(position: 3)),
            ("Zm9vZm9é", .invalidCharacter(position: 8)),
        ])
    func refused(text: String, reason: Base64Error) {
        #expect(throws: reason) { try Base64.decode(text[...].utf8) }
    }

    @Test("a large image with a line break after each 76 characters decodes like one without")
    func lines() throws {
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let text = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
        #expect(try Base64.decode(text[...].utf8) == bytes)
    }

    @Test("every length and kernel agrees with Foundation", arguments: PixelKernels.supported)
    func foundation(kernels: PixelKernels) throws {
        var bytes: [UInt8] = []
        for index in 0..<400 {
            let text = Data(bytes).base64EncodedString()
            #expect(try Base64.decode(text[...].utf8, kernels: kernels) == bytes)
            bytes.append(UInt8(truncatingIfNeeded: index &* index &* 2_654_435_761 >> 7))
        }
    }

    /// What a text with something strange in one place means: the same to every kernel, the same to plain loops.
    @Test("a strange character at each position", arguments: PixelKernels.supported)
    func strange(kernels: PixelKernels) throws {
        let clean = Array(Data((0..<150).map { UInt8(truncatingIfNeeded: $0 &* 91 &+ 17) }).base64EncodedString())
        let strange = ["é", "€", "\u{1F600}", "\u{80}", "\u{FF}"] + (0..<128).map { String(UnicodeScalar(UInt8($0))) }
        for position in clean.indices {
            for piece in strange {
                let text = String(clean[..<position]) + piece + String(clean[(position + 1)...])
                let expected = Result { try PlainBase64.decode(text) }
                let result = Result { try Base64.decode(text[...].utf8, kernels: kernels) }
                if same(result, expected) { continue }
                Issue.record("\(text.debugDescription): \(result), not \(expected)")
                return
            }
        }
    }

    @Test("random texts of letters, white space and padding", arguments: PixelKernels.supported)
    func random(kernels: PixelKernels) {
        var generator = SplitMix(seed: 5)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
        for _ in 0..<2000 {
            var text = String(
                (0..<Int.random(in: 0..<300, using: &generator)).map { _ in
                    Int.random(in: 0..<200, using: &generator) == 0 ? "\n" : letters[Int(generator.next() % 66)]
                })
            text += String(repeating: "=", count: Int.random(in: 0...2, using: &generator))
            let expected = Result { try PlainBase64.decode(text) }
            let result = Result { try Base64.decode(text[...].utf8, kernels: kernels) }
            #expect(same(result, expected), "\(text)")
        }
    }

    private func same(_ one: Result<[UInt8], any Error>, _ other: Result<[UInt8], any Error>) -> Bool {
        switch (one, other) {
        case (.success(let one), .success(let other)): one == other
        case (.failure(let one), .failure(let other)): one as? Base64Error == other as? Base64Error
        default: false
        }
    }
}
