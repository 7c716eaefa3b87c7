import Foundation
import ModelContext
import SeededRandom
import Testing

@Suite("The Model Context Protocol, message by message")
struct ToolDeskTests {
    private let desk = ToolDesk(version: "1.2.3")

    private func step(_ text: String) -> ToolDesk.Step {
        var text = text
        return text.withUTF8 { desk.step(UnsafeRawBufferPointer($0)) }
    }

    /// The answer to a request, as JSON.
    private func answer(_ text: String) throws -> [String: Any] {
        guard case .answer(let answer) = step(text) else {
            Issue.record("no answer to \(text)")
            return [:]
        }
        #expect(!answer.contains("null") && !answer.contains("\n"), "\(answer)")
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
    }

    private func result(_ method: String, _ params: String = "{}") throws -> [String: Any] {
        let answer = try answer(#"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(params)}"#)
        #expect(answer["id"] as? Int == 7 && answer["jsonrpc"] as? String == "2.0")
        return try #require(answer["result"] as? [String: Any], "\(answer)")
    }

    private func errorCode(_ text: String) throws -> Int? {
        try ((answer(text)["error"] as? [String: Any])?["code"] as? Int)
    }

    private static let stateless = #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#

    @Test(
        "a handshake settles on what the client asks for, where that is known",
        arguments: [
            ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
            ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
        ])
    func handshake(asked: String, settled: String) throws {
        let result = try result("initialize", #"{"protocolVersion":"\#(asked)","capabilities":{}}"#)
        #expect(result["protocolVersion"] as? String == settled)
        #expect((result["capabilities"] as? [String: Any])?["tools"] as? [String: Bool] == [:])
        #expect(result["serverInfo"] as? [String: String] == ["name": "florence2-visionapi", "version": "1.2.3"])
    }

    @Test("a handshake that says nothing gets the newest revision")
    func emptyHandshake() throws {
        #expect(try result("initialize")["protocolVersion"] as? String == "2025-11-25")
        let answer = try answer(#"{"id":"a","method":"initialize"}"#)
        #expect(answer["id"] as? String == "a" && answer["result"] != nil)
    }

    @Test("without a handshake a client discovers the same, and the server's name under _meta, too")
    func discover() throws {
        let result = try result("server/discover", Self.stateless)
        #expect((result["supportedVersions"] as? [String])?.first == "2026-07-28")
        #expect((result["supportedVersions"] as? [String])?.count == 5)
        #expect(result["resultType"] as? String == "complete" && result["ttlMs"] as? Int == 0)
        #expect(result["cacheScope"] as? String == "private")
        let info = (result["_meta"] as? [String: Any])?["io.modelcontextprotocol/serverInfo"]
        #expect((info as? [String: String])?["name"] == "florence2-visionapi")
    }

    @Test("a revision that nobody knows is told so, with those that are")
    func unknownRevision() throws {
        let meta = Self.stateless.replacing("2026", with: "2031")
        let answer = try answer(#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":\#(meta)}"#)
        let error = try #require(answer["error"] as? [String: Any])
        #expect(error["code"] as? Int == -32022)
        let data = try #require(error["data"] as? [String: Any])
        #expect(data["requested"] as? String == "2031-07-28")
        #expect((data["supported"] as? [String])?.contains("2026-07-28") == true)
    }

    @Test("a ping is answered with nothing, in the revision without handshake with a word")
    func ping() throws {
        #expect(try result("ping").isEmpty)
        #expect(try result("ping", Self.stateless) as? [String: String] == ["resultType": "complete"])
    }

    @Test("the tools are listed, the caption first; an image is all that they want")
    func tools() throws {
        for params in ["{}", Self.stateless] {
            let result = try result("tools/list", params)
            let tools = try #require(result["tools"] as? [[String: Any]])
            #expect(tools.map { $0["name"] as? String } == ["caption", "tags", "read_text", "detect", "describe"])
            for tool in tools {
                let schema = try #require(tool["inputSchema"] as? [String: Any])
                #expect(schema["type"] as? String == "object" && schema["required"] as? [String] == ["image"])
                #expect((schema["properties"] as? [String: Any])?["image"] != nil)
                #expect((tool["description"] as? String)?.isEmpty == false)
            }
            #expect((result["resultType"] == nil) == (params == "{}") && result["nextCursor"] == nil)
        }
    }

    @Test(
        "an id comes back as it was, letter by letter",
        arguments: ["0", "1", "-3", "1.50", "12345678901234567890123", #""""#, #""a""#, #""\u00e4 \n\"""#])
    func ids(id: String) {
        guard case .answer(let answer) = step(#"{"jsonrpc":"2.0","method":"ping","id": \#(id) }"#) else {
            Issue.record("no answer to \(id)")
            return
        }
        #expect(answer == #"{"id":\#(id),"jsonrpc":"2.0","result":{}}"#)
    }

    @Test(
        "what is no request is told so, without an id",
        arguments: [
            ("", -32700), ("{", -32700), ("{\"id\":1,}", -32700), ("nonsense", -32700), ("{\"id\":1} x", -32700),
            (String(repeating: "[", count: 1000), -32700), ("\"\\ud800", -32700), ("[]", -32600), ("1", -32600),
            (#"[{"id":1,"method":"ping"}]"#, -32600), (#"{"id":null,"method":"ping"}"#, -32600),
            (#"{"id":{},"method":"ping"}"#, -32600), (#"{"id":true,"method":"ping"}"#, -32600),
            (#"{"id":"\#(String(repeating: "x", count: 2000))","method":"ping"}"#, -32600), ("{}", -32600),
        ])
    func unreadable(text: String, code: Int) throws {
        guard case .unreadable(let answer) = step(text) else {
            Issue.record("\(text.prefix(100)) was read")
            return
        }
        #expect(answer.contains(#""code":\#(code)"#) && answer.contains(#""id":null"#), "\(answer)")
        _ = try JSONSerialization.jsonObject(with: Data(answer.utf8))
    }

    @Test(
        "a request that cannot be obeyed gets its own error",
        arguments: [
            (#"{"id":1,"method":"resources/list"}"#, -32601), (#"{"id":1,"method":""}"#, -32601),
            (#"{"id":1,"method":"tools/\"call"}"#, -32601), (#"{"id":1,"method":5}"#, -32600),
            (#"{"id":1,"method":"\ud800"}"#, -32600), (#"{"id":1}"#, -32600),
            (#"{"id":1,"method":"ping","params":[1]}"#, -32602), (#"{"id":1,"method":"ping","params":"x"}"#, -32602),
            (#"{"id":1,"method":"tools/call"}"#, -32602), (#"{"id":1,"method":"tools/call","params":{}}"#, -32602),
            (#"{"id":1,"method":"tools/call","params":{"name":null}}"#, -32602),
            (#"{"id":1,"method":"tools/call","params":{"name":"nonsense"}}"#, -32602),
            (#"{"id":1,"method":"tools/call","params":{"name":"list_pictures"}}"#, -32602),
        ])
    func refused(text: String, code: Int) throws {
        #expect(try errorCode(text) == code, "\(text)")
    }

    @Test("what wants no answer gets none; a cancelled call is named")
    func notifications() {
        for text in [
            #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, #"{"method":"nonsense","params":{}}"#,
            #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#,
            #"{"method":"notifications/cancelled","params":{"requestId":null}}"#,
        ] {
            if case .nothing = step(text) { continue }
            Issue.record("\(text) was answered")
        }
        let cancelled = step(#"{"method":"notifications/cancelled","params":{"requestId":0,"reason":"x"}}"#)
        if case .cancel(let id) = cancelled { #expect(id.text == "0") } else { Issue.record("\(cancelled)") }
    }

    /// What a call asks, and the text of its image.
    private func question(
        _ name: String, _ arguments: String, token: String? = nil
    ) throws -> (call: ToolCall, prompt: String, image: String) {
        let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
        var text =
            #" {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(name)","#
            + #""arguments": \#(arguments) \#(meta)}}"#
        return try text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            guard case .call(let call) = desk.step(bytes) else { throw ToolError.noObject }
            let arguments = try call.arguments(in: bytes)
            let image = arguments.image.map { String(decoding: $0, as: UTF8.self) }
            return (call, arguments.prompt, image ?? "")
        }
    }

    @Test(
        "arguments mean a task",
        arguments: [
            ("caption", "", "<MORE_DETAILED_CAPTION>"), ("caption", #","detail":"brief""#, "<CAPTION>"),
            ("caption", #","detail":"Detailed""#, "<DETAILED_CAPTION>"),
            ("caption", #","detail":null,"x":[]"#, "<MORE_DETAILED_CAPTION>"), ("tags", "", "<GENERATE_TAGS>"),
            ("read_text", "", "<OCR>"), ("detect", "", "<OD>"), ("detect", #","phrase":"  ""#, "<OD>"),
            ("detect", #","phrase":"a cat""#, "<CAPTION_TO_PHRASE_GROUNDING>a cat"),
            ("describe", "", "<MORE_DETAILED_CAPTION>"), ("describe", #","task":"<OD>""#, "<OD>"),
            (
                "describe", #","task":"open_vocabulary_detection","text":"a \u0063at""#,
                "<open_vocabulary_detection>a cat"
            ),
        ])
    func prompts(tool: String, arguments: String, prompt: String) throws {
        let question = try question(tool, #"{"image":"aGFs\/bG8="\#(arguments)}"#)
        #expect(question.prompt == prompt && question.image == #"aGFs\/bG8="#)
        #expect(question.call.progressToken == nil)
    }

    @Test("a wrong argument is told in a sentence")
    func wrongArguments() {
        #expect(throws: ToolError.noImage) { try question("caption", "{}") }
        #expect(throws: ToolError.noImage) { try question("caption", #"{"image":null}"#) }
        #expect(throws: ToolError.noString("image")) { try question("caption", #"{"image":["x"]}"#) }
        #expect(throws: ToolError.noObject) { try question("caption", #""x""#) }
        #expect(throws: ToolError.unknownDetail) { try question("caption", #"{"image":"x","detail":"long"}"#) }
        #expect(throws: ToolError.noString("detail")) { try question("caption", #"{"image":"x","detail":1}"#) }
        #expect(throws: ToolError.halfCharacter("phrase")) {
            try question("detect", #"{"image":"x","phrase":"\ud800"}"#)
        }
        #expect(throws: ToolError.tooLong("text")) {
            try question("describe", #"{"image":"x","text":"\#(String(repeating: "x", count: 70_000))"}"#)
        }
    }

    @Test("progress goes by the client's token, and grows", arguments: ["0", #""t\u00e4""#, "1.5"])
    func progress(token: String) throws {
        let call = try question("caption", #"{"image":"x"}"#, token: token).call
        var progress = ToolProgress(try #require(call.progressToken))
        var messages = [progress.hear(.queued(ahead: 2)), progress.hear(.queued(ahead: 0)), progress.hear(.started)]
        for _ in 0..<40 { messages.append(progress.hear(.text("a word, "))) }
        let told = messages.compactMap { $0 }
        #expect(told.count == 13)
        for (index, message) in told.enumerated() {
            #expect(message.contains(#""progress":\#(index + 1),"progressToken":\#(token)}"#), "\(message)")
            #expect(message.hasPrefix(#"{"jsonrpc":"2.0","method":"notifications/progress","#))
            _ = try JSONSerialization.jsonObject(with: Data(message.utf8))
        }
    }

    @Test("random damage to a message is answered or passed over, and never fatal")
    func damage() {
        let whole = Array(
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"detect","arguments":{"image":"aGFs","#
                + #""phrase":"a \u0063at"},"_meta":{"progressToken":"t"}}}"#).utf8)
        var random = SplitMix(seed: 15)
        for _ in 0..<10_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...2, using: &random) * Int.random(in: 0...60, using: &random))
            bytes.withUnsafeBytes { bytes in
                if case .call(let call) = desk.step(bytes) { _ = try? call.arguments(in: bytes) }
            }
        }
    }
}
