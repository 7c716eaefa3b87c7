import Foundation
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

    @Test("a large picture with a line break after each 76 characters decodes like one without")
    func lines() throws {
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let text = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
        #expect(try Base64.decode(text[...].utf8) == bytes)
    }
}
