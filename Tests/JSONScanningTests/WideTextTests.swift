import Foundation
import JSONScanning
import Testing

@Suite("JSON in UTF-16 and UTF-32")
struct WideTextTests {
    private static let text = "{\"image\": \"é한😀\u{10FFFF}\"}"

    @Test(
        "every form is told by its first bytes, with a mark or without",
        arguments: [
            String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf32LittleEndian, .utf32BigEndian,
        ])
    func forms(encoding: String.Encoding) throws {
        for text in [Self.text, "\u{FEFF}" + Self.text] {
            let bytes = try #require(text.data(using: encoding))
            let utf8 = bytes.withUnsafeBytes { WideText($0)?.utf8() }
            #expect(utf8.map { String(decoding: $0, as: UTF8.self) } == Self.text)
        }
    }

    @Test("UTF-8 is left alone", arguments: ["", "{", "{}", "[1]", "\u{FEFF}{}", "\"é\"", "\0", "{\0}", "1\0"])
    func utf8(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { WideText($0) == nil })
    }

    @Test("what is cut, or half a pair, is refused")
    func broken() throws {
        let bytes = Array(try #require("{\"😀\"}".data(using: .utf16LittleEndian)))
        var broken = [Array(bytes.dropLast()), bytes, bytes, [0xFF, 0xFE, 0, 0, 0, 0, 0x11, 0]]
        broken[1].removeSubrange(4..<6)
        broken[2].removeSubrange(6..<8)
        for bytes in broken {
            let verdict = bytes.withUnsafeBytes { WideText($0).map { $0.utf8() != nil } }
            #expect(verdict == false, "\(bytes)")
        }
    }
}
