import Foundation
import Hummingbird
import HummingbirdTesting
import Testing
import VisionAPITypes

@Suite("The JSON of a request's body")
struct JSONBodyTests {
    private static let image = Demo.image.base64EncodedString()

    /// A request that is right but for what is put into it.
    private func body(_ members: String...) -> Data {
        let all = members + [#""image":"\#(Self.image)""#, #""prompt":"<CAPTION>""#, #""max_new_tokens":1"#]
        return Data("{\(all.joined(separator: ","))}".utf8)
    }

    @Test("what is no JSON is refused in a field that nobody reads, too, and at any depth")
    func unread() async throws {
        let wrong = [
            "", "01", "-", "1.", "1e", ".5", "+1", "NaN", "0x1", "'a'", "tru", "nulls", "[1,]", "[,1]", "[1 2]", "[}",
            #"{"a":1,}"#, "{a:1}", #"{"a" 1}"#, #""\x""#, #""\u12""#, "\"a\nb\"", "\"a\tb\"", "\"a\0b\"", "1 //",
            "[1]]",
            String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000),
        ]
        let raw: [[UInt8]] = [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x31, 0],
        ]
        try await Demo.application().test(.router) { client in
            for text in wrong.map({ Array($0.utf8) }) + raw {
                for (before, after) in [("", ""), (#"[{"b":"#, "}]")] {
                    let field = Data(#"{"unread":\#(before)"#.utf8) + text + Data("\(after),".utf8) + body().dropFirst()
                    let response = try await client.post(field)
                    #expect(response.status == .badRequest, "\(String(decoding: text, as: UTF8.self))")
                    #expect(try response.code == .invalidJSON)
                }
            }
        }
    }

    @Test("what is JSON is passed over there, whatever it is")
    func passedOver() async throws {
        let right = [
            "null", "-0.0E-0", "1e400", "123456789012345678901234567890", #""\ud800""#, #""\u0000""#, "\"\u{7F}\"",
            "[[],{},[[null]]]", #"{"":{"a":[{}]}}"#, "\"\(String(repeating: "a\\\\", count: 10_000))\"",
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
        ]
        try await Demo.application().test(.router) { client in
            for text in right {
                let response = try await client.post(body(#""unread": \#(text)"#))
                #expect(response.status == .ok, "\(text.prefix(40))")
            }
        }
    }

    @Test("of fields with the same name the last counts, whatever the first one is")
    func lastCounts() async throws {
        try await Demo.application().test(.router) { client in
            let right = try await client.post(
                body(#""prompt":[0]"#, #""image":7"#, #""im\u0061ge":"nothing""#, #""max_new_tokens":"x""#))
            #expect(right.status == .ok)
            let wrong = Data(body().dropLast() + #", "pr\u006fmpt": "nonsense"}"#.utf8)
            let refused = try await client.post(wrong).code
            #expect(refused == .invalidPrompt)
        }
    }

    @Test("a byte order mark, UTF-16 and UTF-32 are understood, as Python understands them")
    func encodings() async throws {
        let text = String(decoding: body(), as: UTF8.self)
        try await Demo.application().test(.router) { client in
            for encoding in [
                String.Encoding.utf8, .utf16LittleEndian, .utf16BigEndian, .utf32LittleEndian, .utf32BigEndian,
            ] {
                for mark in ["", "\u{FEFF}"] {
                    let response = try await client.post(try #require((mark + text).data(using: encoding)))
                    #expect(response.status == .ok, "\(encoding)")
                }
            }
            let cut = try #require(text.data(using: .utf16LittleEndian)).dropLast()
            let code = try await client.post(Data(cut)).code
            #expect(code == .invalidJSON)
        }
    }

    @Test("a list of prompts without end costs no more than its bytes, and its grammar counts to the last")
    func endlessPrompts() async throws {
        let list = String(repeating: #""","#, count: 1_000_000)
        try await Demo.application().test(.router) { client in
            let endless = try await client.post(Data(#"{"image":"","prompt":[\#(list)""]}"#.utf8))
            #expect(endless.status == .badRequest)
            let detail = try endless.detail
            #expect(detail.contains("from 1 to 32 prompts"))
            let broken = try await client.post(Data(#"{"image":"","prompt":[\#(list)]}"#.utf8)).code
            #expect(broken == .invalidJSON)
        }
    }

    @Test("a sentence says where the mistake is")
    func place() async throws {
        try await Demo.application().test(.router) { client in
            let detail = try await client.post(Data(#"{"image": 'a'}"#.utf8)).detail
            #expect(detail.hasPrefix("The body is not valid JSON: byte 11 does not belong there."))
            let cut = try await client.post(Data(#"{"image": "a"#.utf8)).detail
            #expect(cut.hasPrefix("The body is not valid JSON: it ends too early."))
        }
    }
}
