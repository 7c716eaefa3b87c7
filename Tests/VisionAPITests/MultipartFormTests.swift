import Foundation
import SeededRandom
import Testing
import VisionAPI

@Suite("The parts of a form")
struct MultipartFormTests {
    private struct Field: Equatable {
        var name: String
        var fileName: String?
        var content: [UInt8]
    }

    private static func parse(_ bytes: [UInt8], _ boundary: String? = "b") throws -> [Field] {
        try bytes.withUnsafeBytes { body in
            try MultipartForm(body, boundary: boundary).parts.map {
                Field(name: $0.name, fileName: $0.fileName, content: Array(body[$0.content]))
            }
        }
    }

    /// A part with this head, between the delimiters.
    private static func parse(head: String) throws -> [Field] {
        try parse(Array("--b\r\n\(head)\r\n\r\nx\r\n--b--\r\n".utf8))
    }

    @Test("are named as browsers, curl and Python name them")
    func names() throws {
        let heads: [(String, String, String?)] = [
            (#"Content-Disposition: form-data; name="prompt""#, "prompt", nil),
            (#"content-disposition:form-data;name=prompt"#, "prompt", nil),
            (
                "Content-Type: image/png\r\nContent-Disposition: form-data; name=\"a\"; filename=\"cat.png\"", "a",
                "cat.png"
            ),
            (#"Content-Disposition: form-data; name="a"; filename="a;b=\"c\"\\d.png""#, "a", #"a;b="c"\d.png"#),
            (#"Content-Disposition: form-data; name="a"; filename="C:\cat.png""#, "a", #"C:\cat.png"#),
            (#"Content-Disposition: form-data; name="a"; filename="say %22a%22%0D%0A.png""#, "a", #"say "a"  .png"#),
            (#"Content-Disposition: form-data; name="a"; filename="Zürich.png""#, "a", "Zürich.png"),
            (#"Content-Disposition: form-data; name="a"; filename*=utf-8''Z%C3%BCrich%20.png"#, "a", "Zürich .png"),
            (#"Content-Disposition: form-data; name="a"; filename="x"; filename*=latin1''%FC"#, "a", "x"),
            (#"Content-Disposition: form-data; name="a"; filename="""#, "a", ""),
            (#"Content-Disposition: form-data; name="a"; filename="cut"#, "a", "cut"),
        ]
        for (head, name, fileName) in heads {
            let expected = [Field(name: name, fileName: fileName, content: [UInt8(ascii: "x")])]
            #expect(try Self.parse(head: head) == expected, "\(head)")
        }
    }

    @Test("are none where the body is none; the error says why")
    func refused() {
        let good = #"Content-Disposition: form-data; name="a""#
        let part = "--b\r\n\(good)\r\n\r\nx\r\n"
        let long = "--b\r\nX: \(String(repeating: "y", count: 9000))\r\n\(good)\r\n\r\nx\r\n--b--"
        let bodies: [(String, String?, MultipartError)] = [
            (part + "--b--", nil, .noBoundary), (part + "--b--", "", .noBoundary), ("", "b", .cutShort),
            (part, "b", .cutShort), (part + "--c--", "b", .cutShort), ("--b\r\n\(good)", "b", .cutShort),
            (part + "--b--", "c", .cutShort), (long, "b", .headersTooLarge(limit: 8192)),
            (String(repeating: part, count: 65) + "--b--", "b", .tooManyParts(limit: 64)),
            ("--b\r\n\r\nx\r\n--b--", "b", .unnamedPart),
            ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", "b", .unnamedPart),
        ]
        for (body, boundary, error) in bodies {
            #expect(throws: error, "\(body.prefix(80))") { try Self.parse(Array(body.utf8), boundary) }
            #expect(!error.description.isEmpty)
        }
    }

    @Test("may be empty, have a text before them, and hold what looks like a delimiter")
    func odd() throws {
        let head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
        let inner = "\r\n--bc\r\n--\r\n-b\r\n\r\n--b-x"
        let body = "text\r\n--b  \r\n\(head)\r\n--b\r\n\(head)\(inner)\r\n--b\r\n\(head)--b--rest"
        #expect(
            try Self.parse(Array(body.utf8)).map { String(decoding: $0.content, as: UTF8.self) } == [
                "", inner, "",
            ])
        #expect(try Self.parse(Array("--b--".utf8)).isEmpty)
    }

    /// A form as a client writes it; contents are made of what a delimiter is made of.
    private static func form(_ random: inout SplitMix) -> (bytes: [UInt8], fields: [Field]) {
        var (bytes, fields) = ([UInt8](), [Field]())
        for number in 0..<Int.random(in: 0...5, using: &random) {
            let content = (0..<Int.random(in: 0...60, using: &random)).flatMap { _ in
                Array(
                    ["\r\n", "--", "\r\n--", "c", "\0", "\r", "\n", " "].randomElement(using: &random)?.utf8 ?? "".utf8)
            }
            let fileName = Bool.random(using: &random) ? "file \(number).png" : nil
            fields.append(Field(name: "field\(number)", fileName: fileName, content: content))
            let file = fileName.map { "; filename=\"\($0)\"" } ?? ""
            bytes += Array("--b\r\nContent-Disposition: form-data; name=\"field\(number)\"\(file)\r\n\r\n".utf8)
            bytes += content + Array("\r\n".utf8)
        }
        return (bytes + Array("--b--\r\n".utf8), fields)
    }

    @Test("come out as they went in; what has been damaged is refused or read, and traps nothing")
    func randomForms() throws {
        var random = SplitMix(seed: 15)
        for _ in 0..<2000 {
            var (bytes, fields) = Self.form(&random)
            #expect(try Self.parse(bytes) == fields)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                case 2:
                    bytes.insert(
                        contentsOf: ["\r\n--b", "\"", ";", "\r\n\r\n", "%"].randomElement(using: &random)?.utf8
                            ?? "".utf8, at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { break }
            }
            #expect((try? Self.parse(bytes))?.count ?? 0 <= 64)
        }
    }
}
