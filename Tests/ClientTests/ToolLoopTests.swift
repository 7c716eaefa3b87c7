import CaptionClient
import Eventually
import Foundation
import Synchronization
import Testing

@Suite("vision-client mcp", .timeLimit(.minutes(10)))
struct ToolLoopTests {
    private final class Said: Sendable {
        let text = Mutex("")
    }

    /// The program, and what it has said.
    private final class Chat {
        private let process = Process()
        private let input = Pipe()
        private let output = Pipe()
        private let said = Said()

        init(_ arguments: [String], _ server: ScriptedServer) throws {
            process.executableURL = Client.programs.appending(path: "vision-client")
            process.arguments = ["mcp"] + arguments
            var environment = ProcessInfo.processInfo.environment.filter { !$0.key.lowercased().hasSuffix("_proxy") }
            environment["VISION_HOST"] = server.address
            process.environment = environment
            process.standardInput = input
            process.standardOutput = output
            output.fileHandleForReading.readabilityHandler = { [said] handle in
                let text = String(decoding: handle.availableData, as: UTF8.self)
                said.text.withLock { $0 += text }
            }
            try process.run()
        }

        deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        var lines: [String] { said.text.withLock { $0 }.split(separator: "\n").map(String.init) }

        func send(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

        /// Sends a request and waits for its answer.
        func ask(_ line: String, id: String) async throws -> String {
            try send(line)
            var answer: String?
            try await eventually {
                answer = lines.first { $0.contains(#""id":\#(id),"#) }
                return answer != nil || !process.isRunning
            }
            return try #require(answer)
        }

        func call(_ tool: String, _ arguments: String, id: Int) async throws -> String {
            try await ask(Self.call(tool, arguments, id: id), id: "\(id)")
        }

        static func call(_ tool: String, _ arguments: String, id: Int, token: String? = nil) -> String {
            let meta = token.map { #","_meta":{"progressToken":\#($0)}"# } ?? ""
            return #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","#
                + #""arguments":\#(arguments)\#(meta)}}"#
        }

        func endInput() { try? input.fileHandleForWriting.close() }

        /// Ends its input, and waits for its end.
        func end() -> Int32 {
            endInput()
            process.waitUntilExit()
            return process.terminationStatus
        }

        func interrupt() -> Int32 {
            process.interrupt()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    private static let base64 = Data(String(repeating: "an image ", count: 20).utf8).base64EncodedString()

    @Test("a handshake, the tools and a call; nothing but messages comes out, and it ends with its input")
    func conversation() async throws {
        let server = try ScriptedServer { .result("\($0.prompt ?? ""): \($0.image.prefix(8))") }
        let chat = try Chat([], server)
        let hello = try await chat.ask(
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#, id: "0")
        #expect(hello.contains(#""protocolVersion":"2025-06-18""#) && hello.contains("florence2-visionapi"))
        try chat.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        let list = try await chat.ask(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#, id: #""l""#)
        #expect(list.contains(#""name":"caption""#) && !list.contains("list_pictures"))
        let answer = try await chat.call("caption", #"{"image":"\#(Self.base64)","detail":"brief"}"#, id: 1)
        #expect(answer.contains(#""text":"<CAPTION>: an image""#) && answer.contains(#""isError":false"#))
        let broken = try await chat.ask("{nonsense", id: "null")
        #expect(broken.contains("-32700"))
        try chat.send("")
        #expect(chat.end() == 0 && chat.lines.count == 4)
        #expect(server.requests.first?.headers["accept"]?.contains("text/event-stream") == true)
    }

    @Test("a call that cannot start in time is an error that says how many wait")
    func patience() async throws {
        let latch = Latch()
        defer { latch.open() }
        let server = try ScriptedServer { request in
            request.prompt == "<CAPTION>"
                ? .begun("event: queued\ndata: {\"ahead\":3}\n\n", latch) : .busy("Five others wait.")
        }
        let chat = try Chat(["--patience", "0.2"], server)
        let queued = try await chat.call("caption", #"{"image":"\#(Self.base64)","detail":"brief"}"#, id: 1)
        #expect(queued.contains(#""isError":true"#) && queued.contains("3 others wait before it"), "\(queued)")
        let busy = try await chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 2)
        #expect(busy.contains(#""isError":true"#) && busy.contains("Five others wait."), "\(busy)")
        #expect(chat.end() == 0)
    }

    @Test("files are read below --root only, wherever links and dots lead")
    func roots() async throws {
        let server = try ScriptedServer { .result($0.image) }
        let (album, outside) = (try Album("cat.jpg", "sub/dog é.png", "note.txt"), try Album("secret.jpg"))
        try FileManager.default.createSymbolicLink(
            atPath: album.path("link.jpg"), withDestinationPath: outside.path("secret.jpg"))
        try FileManager.default.createSymbolicLink(atPath: album.path("away"), withDestinationPath: outside.path)
        try FileManager.default.createSymbolicLink(
            atPath: album.path("alias.jpg"), withDestinationPath: album.path("cat.jpg"))
        mkfifo(album.path("pipe.jpg"), 0o600)
        let chat = try Chat(["--root", album.path], server)
        var id = 0
        func read(_ path: String) async throws -> String {
            id += 1
            let image = String(decoding: try JSONEncoder().encode(path), as: UTF8.self)
            return try await chat.call("caption", #"{"image":\#(image)}"#, id: id)
        }
        let real = try #require(realpath(album.path, nil).map { String(cString: $0) })
        for (path, content) in [
            ("cat.jpg", "cat.jpg"), (album.path("cat.jpg"), "cat.jpg"), ("sub/dog é.png", "sub/dog é.png"),
            ("./sub/../cat.jpg", "cat.jpg"), ("alias.jpg", "cat.jpg"),
            ("file://" + real.replacing(" ", with: "%20") + "/cat.jpg", "cat.jpg"),
        ] {
            let answer = try await read(path)
            #expect(answer.contains(#""text":"\#(content)""#) && answer.contains(#""isError":false"#), "\(answer)")
        }
        let detour = "../\(outside.folder.lastPathComponent)/secret.jpg"
        for path in [
            "link.jpg", "away/secret.jpg", outside.path("secret.jpg"), detour, "sub/../" + detour, "none.jpg",
            "/etc/passwd", "", "sub", "pipe.jpg", "/dev/zero", "file:///etc/passwd", "cat.jpg\u{0}", real + "x/cat.jpg",
            "https://example.com/cat.jpg",
        ] {
            let answer = try await read(path)
            #expect(answer.contains(#""isError":true"#), "\(path): \(answer)")
            let isAddress = answer.contains("Pictures are not fetched from addresses.")
            #expect(isAddress == path.hasPrefix("https:"), "\(path): \(answer)")
        }
        #expect(!server.images.contains("secret.jpg") && server.images.count == 6)
        let list = try await chat.call("list_pictures", "{}", id: 100)
        #expect(list.contains("\(real)/cat.jpg\\n") && list.contains("\(real)/sub/") && !list.contains("note.txt"))
        let below = try await chat.call("list_pictures", #"{"folder":"sub"}"#, id: 101)
        #expect(below.contains(#""text":"\#(real)/sub/dog é.png""#), "\(below)")
        let away = try await chat.call("list_pictures", #"{"folder":".."}"#, id: 102)
        #expect(away.contains(#""isError":true"#))
        #expect(chat.end() == 0)
    }

    @Test("a file that is too large is refused before it is read")
    func largeFile() async throws {
        let server = try ScriptedServer { .result($0.image) }
        let album = try Album("large.jpg")
        truncate(album.path("large.jpg"), off_t(AllowedFolders.maxFileSize + 1))
        let chat = try Chat(["--root", album.path], server)
        let answer = try await chat.call("tags", #"{"image":"large.jpg"}"#, id: 1)
        #expect(answer.contains("larger than 64 MB") && server.requests.isEmpty)
    }

    @Test("without --root no path is read, and the sentence says what to do")
    func noRoot() async throws {
        let server = try ScriptedServer { .result($0.image) }
        let album = try Album("cat.jpg")
        let chat = try Chat([], server)
        let answer = try await chat.call("caption", #"{"image":"\#(album.path("cat.jpg"))"}"#, id: 1)
        #expect(answer.contains(#""isError":true"#) && answer.contains("--root") && server.requests.isEmpty)
        let url = try await chat.call("caption", #"{"image":"data:image/png;base64,\#(Self.base64)"}"#, id: 2)
        #expect(url.contains(#""isError":false"#))
        #expect(server.requests.first?.field("image") as? String == "data:image/png;base64,\(Self.base64)")
    }

    @Test("a folder that is not there ends the program with a sentence")
    func badRoot() throws {
        let run = try Client.run(["mcp", "--root", "/nonexistent"])
        #expect(run.status == 1 && run.errors.contains("/nonexistent") && run.output.isEmpty)
    }

    @Test("a model that knows no tags is asked for objects")
    func tags() async throws {
        let server = try ScriptedServer { request in
            if request.path == "/model" { return .status(200, #""microsoft/Florence-2-base""#) }
            return .status(200, #"{"result":{"bboxes":[[1,2,3,4]],"labels":["cat","mat","cat"]}}"#)
        }
        let chat = try Chat([], server)
        let answer = try await chat.call("tags", #"{"image":"\#(Self.base64)"}"#, id: 1)
        #expect(answer.contains(#""text":"cat, mat""#) && server.requests.last?.prompt == "<OD>")
        let places = try await chat.call("detect", #"{"image":"\#(Self.base64)","phrase":"a cat"}"#, id: 2)
        #expect(places.contains(#"{\"bboxes\":[[1,2,3,4]],\"labels\":"#), "\(places)")
        #expect(server.requests.last?.prompt == "<CAPTION_TO_PHRASE_GROUNDING>a cat")
    }

    @Test("a server's refusal is the call's result; a busy one is asked again")
    func refusals() async throws {
        let server = try ScriptedServer { request in
            request.number == 1
                ? .busy("wait")
                : request.number == 2
                    ? .result("later") : .status(400, #"{"detail":"The file is no picture.","code":"invalid_image"}"#)
        }
        let chat = try Chat([], server)
        let later = try await chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 1)
        #expect(later.contains(#""text":"later""#) && server.requests.count == 2)
        let bad = try await chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 2)
        #expect(bad.contains("The file is no picture.") && bad.contains(#""isError":true"#))
        server.stop()
        let away = try await chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 3)
        #expect(away.contains("cannot be reached") && away.contains(#""isError":true"#))
    }

    @Test("progress is passed on from the server's events")
    func progress() async throws {
        let server = try ScriptedServer { _ in
            .status(
                200,
                "event: queued\ndata: {\"ahead\":2}\n\n:\n\nevent: started\ndata: {}\n\n"
                    + "event: result\ndata: {\"details\":[],\"result\":\"a cat\"}\n\n",
                headers: ["Content-Type": "text/event-stream"])
        }
        let chat = try Chat([], server)
        let answer = try await chat.ask(
            Chat.call("caption", #"{"image":"\#(Self.base64)"}"#, id: 1, token: #""p""#), id: "1")
        #expect(answer.contains(#""text":"a cat""#))
        let told = chat.lines.filter { $0.contains("notifications/progress") }
        #expect(told.count == 2 && told.first?.contains("2 requests") == true)
        #expect(told.last?.contains(#""progress":2,"progressToken":"p""#) == true)
        let silent = try await chat.call("caption", #"{"image":"\#(Self.base64)"}"#, id: 2)
        #expect(silent.contains("a cat") && chat.lines.filter { $0.contains("notifications/progress") }.count == 2)
    }

    @Test("an error in the events is the call's result")
    func failedEvents() async throws {
        let server = try ScriptedServer { _ in
            .status(
                200,
                "event: started\ndata: {}\n\nevent: error\ndata: "
                    + #"{"code":"internal_error","detail":"The log says why.","status":500}"# + "\n\n",
                headers: ["Content-Type": "text/event-stream"])
        }
        let chat = try Chat([], server)
        let answer = try await chat.call("caption", #"{"image":"\#(Self.base64)"}"#, id: 1)
        #expect(answer.contains("The log says why.") && answer.contains(#""isError":true"#))
    }

    @Test("a call that is cancelled is not answered, and others go on; an interrupt ends the program")
    func cancelled() async throws {
        let latch = Latch()
        let server = try ScriptedServer { request in
            if request.prompt == "<OCR>" { latch.pass() }
            return .result("done")
        }
        defer { latch.open() }
        let chat = try Chat([], server)
        try chat.send(Chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 1))
        try await eventually { server.requests.count == 1 }
        try chat.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
        let other = try await chat.call("caption", #"{"image":"\#(Self.base64)"}"#, id: 2)
        #expect(other.contains("done") && chat.lines.count == 1)
        try chat.send(Chat.call("read_text", #"{"image":"\#(Self.base64)"}"#, id: 3))
        try await eventually { server.requests.count == 3 }
        #expect(chat.interrupt() == SIGINT && chat.lines.count == 1)
    }

    @Test("calls that came before the end of the input are answered after it")
    func endOfInput() async throws {
        let latch = Latch()
        let server = try ScriptedServer { _ in
            latch.pass()
            return .result("late")
        }
        let chat = try Chat([], server)
        try chat.send(Chat.call("caption", #"{"image":"\#(Self.base64)"}"#, id: 1))
        chat.endInput()
        try await eventually { server.requests.count == 1 }
        latch.open()
        #expect(chat.end() == 0)
        try await eventually { chat.lines.contains { $0.contains("late") } }
    }

    @Test("events come in pieces of any size")
    func events() {
        let text = "event: a\ndata: 1\n\n:\n\ndata: 2\r\ndata:3\r\n\r\nevent: b\ndata: x: y\n\nevent: c\ndata: cut"
        for size in 1...text.utf8.count {
            var events = ServerEvents()
            var found: [ServerEvents.Event] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                found += events.take(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(found.map(\.name) == ["a", "", "b"] && found.map(\.data) == ["1", "2\n3", "x: y"], "\(size)")
        }
    }
}
