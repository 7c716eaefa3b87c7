import Foundation
import JSONScanning
import Testing

@Suite("The JSON scanner and its slow twin")
struct JSONScannerTests {
    @Test("random texts mean the same to both, and to Foundation", arguments: 0..<8)
    func random(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed + 1))
        for _ in 0..<500 {
            let text = Array(random.text(depth: 5).utf8)
            let plain = try PlainReader.read(text)
            #expect(try PlainJSON.scanned(text, names: plain.names) == plain.settled)
            let isFragment = (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
            #expect(isFragment || plain.hasHalfPair, "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test("damaged texts get the same verdict of both, and mean the same if they are right after all", arguments: 0..<8)
    func damaged(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed + 100))
        var counts = (right: 0, wrong: 0)
        for _ in 0..<400 {
            let text = Array(random.text(depth: 4).utf8)
            for _ in 0..<5 {
                let damaged = random.damaged(text)
                let plain = try? PlainReader.read(damaged)
                #expect((try? PlainJSON.scanned(damaged, names: plain?.names ?? [])) == plain?.settled, "\(damaged)")
                if plain == nil { counts.wrong += 1 } else { counts.right += 1 }
            }
        }
        #expect(counts.right > 100 && counts.wrong > 500, "\(counts)")
    }

    @Test("whatever a byte is and wherever it stands in a string, both say the same")
    func everyByte() {
        for length in 0..<20 {
            for place in 0...length {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    text.insert(byte, at: place)
                    text = [0x22] + text + [0x22]
                    let verdict: Void? = try? PlainJSON.check(text)
                    #expect((verdict != nil) == ((try? PlainReader.read(text)) != nil), "\(text)")
                }
            }
        }
    }

    @Test("every sequence of bytes that may begin like a character")
    func everyCharacter() {
        for lead in UInt8(0xBF)...UInt8.max {
            for second in [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0] as [UInt8] {
                for tail in [[], [0x80], [0xBF], [0xC0], [0x80, 0xBF], [0xBF, 0x7F], [0x80, 0x80, 0x80]] as [[UInt8]] {
                    let text = [0x22, lead, second] + tail + [0x22]
                    let verdict: Void? = try? PlainJSON.check(text)
                    #expect((verdict != nil) == ((try? PlainReader.read(text)) != nil), "\(text)")
                }
            }
        }
    }

    @Test("a text that is cut anywhere ends too early, or is whole")
    func cut() throws {
        let text = Array(#"{"a": [1.5e-3, true, null, "é\u00e9\n", {"b": {}}]}"#.utf8)
        try PlainJSON.check(text)
        for length in 0..<text.count {
            #expect(throws: JSONError.unexpectedEnd) { try PlainJSON.check(Array(text[..<length])) }
        }
    }

    @Test(
        "the first byte that does not belong is named",
        arguments: [
            ("[1,]", 4), ("{\"a\":1,}", 8), ("[01]", 3), ("1 2", 3), ("\"\\x\"", 3), ("nul!", 4), ("[1}", 3),
            ("\"a\nb\"", 3), ("{\"a\",1}", 5), ("\u{FEFF}x", 4), ("\0", 1),
        ])
    func position(text: String, position: Int) {
        #expect(throws: JSONError.unexpectedByte(position: position)) { try PlainJSON.check(Array(text.utf8)) }
    }

    @Test("depth is bounded, however the levels are made")
    func depth() throws {
        for (open, close) in [("[", "]"), (#"{"":"#, "}"), (#"[{"":"#, "}]")] {
            let levels = open.filter { "[{".contains($0) }.count
            func nested(_ depth: Int) -> [UInt8] {
                let count = depth / levels
                return Array(
                    (String(repeating: open, count: count) + "1" + String(repeating: close, count: count)).utf8)
            }
            try PlainJSON.check(nested(512))
            #expect(throws: JSONError.tooDeep(limit: 512)) { try PlainJSON.check(nested(516)) }
            #expect(throws: JSONError.tooDeep(limit: 512)) { try PlainJSON.check(nested(200_000)) }
        }
    }

    @Test("of members with the same name the last counts, whatever the earlier ones are")
    func lastMember() throws {
        let text = Array(#"{"a": [1], "b": 0, "\u0061": "x", "a": {"c": 2}, "b": null}"#.utf8)
        try text.withUnsafeBytes { bytes in
            let members = try #require(try JSONValue.members(of: bytes, named: ["a", "b", "c"]))
            #expect(Set(members.keys) == ["a", "b"])
            #expect(members["b"]?.kind == .null)
            #expect(members["a"]?.members(named: ["c"])?["c"]?.number == "2")
        }
    }

    @Test("values are what they are, and nothing else")
    func kinds() throws {
        let text = Array(#"{"s": "a\"b", "n": -1.5E2, "t": true, "f": false, "l": [1, 2, 3], "h": "\ud800"}"#.utf8)
        try text.withUnsafeBytes { bytes in
            let members = try #require(try JSONValue.members(of: bytes, named: ["s", "n", "t", "f", "l", "h"]))
            #expect(members["l"]?.elements(upTo: .max)?.count == 3)
            #expect(members["s"]?.string == "a\"b" && members["s"]?.number == nil && members["s"]?.bool == nil)
            #expect(members["n"]?.number == "-1.5E2" && members["n"]?.string == nil)
            #expect(members["t"]?.bool == true && members["f"]?.bool == false)
            #expect(members["l"]?.elements(upTo: 2)?.map(\.number) == ["1", "2"])
            #expect(members["l"]?.elements(upTo: 0)?.isEmpty == true && members["s"]?.elements(upTo: 1) == nil)
            #expect(members["h"]?.kind == .string && members["h"]?.string == nil)
            #expect(members["l"]?.members(named: []) == nil && members["n"]?.elements(upTo: 1) == nil)
        }
    }

    @Test("a text that is no object has no members")
    func noObject() throws {
        for text in ["1", "[]", "null", " \"a\" ", "\u{FEFF} true"] {
            try Array(text.utf8).withUnsafeBytes { bytes in
                let isObject = try JSONValue.members(of: bytes, named: ["a"]) != nil
                #expect(!isObject)
            }
        }
    }
}

extension PlainJSON {
    /// Whether a string, or a name, has half of a surrogate pair in it, which Foundation refuses.
    fileprivate var hasHalfPair: Bool {
        switch self {
        case .string(let bytes): bytes == nil
        case .array(let elements): elements.contains(where: \.hasHalfPair)
        case .object(let members): members.contains { $0.name == nil || $0.value.hasHalfPair }
        default: false
        }
    }
}
