import Eventually
import Foundation
import Testing

@Suite("vision-client: single images")
struct CaptionVerbTests {
    @Test(
        "the caption is printed, trimmed, with inner newlines; the image's bytes and the prompt are sent as they are")
    func plain() throws {
        let album = try Album()
        let bytes = Data((0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        try album.add("photo.jpg", bytes)
        let server = try ScriptedServer { _ in .result(" two\nlines ä\n\n") }
        let run = try Client.run(["CAPTION", album.path("photo.jpg")], server: server)
        #expect(run.status == 0)
        #expect(run.output == "two\nlines ä\n")
        #expect(run.errors == "")
        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.path == "/process_image" && request.prompt == "CAPTION")
        #expect(Data(base64Encoded: request.field("image") as? String ?? "") == bytes)
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["authorization"] == nil)
    }

    @Test("files of every length modulo three arrive whole", arguments: [0, 1, 2, 3, 196_607, 196_608, 196_609])
    func lengths(length: Int) throws {
        let album = try Album()
        let bytes = Data((0..<length).map { UInt8(truncatingIfNeeded: $0) })
        try album.add("photo.jpg", bytes)
        let server = try ScriptedServer { _ in .result("a") }
        _ = try Client.run(["CAPTION", album.path("photo.jpg")], server: server)
        #expect(Data(base64Encoded: server.requests.first?.field("image") as? String ?? "?") == bytes)
    }

    @Test("a large file takes hardly more memory than a small one")
    func memory() async throws {
        let album = try Album("small.jpg")
        try album.add("large.jpg", Data(count: 100 << 20))
        func peak(_ name: String) async throws -> Int {
            let latch = Latch()
            let server = try ScriptedServer { _ in
                latch.pass()
                return .result("a")
            }
            let client = try Client(["CAPTION", album.path(name)], environment: ["VISION_HOST": server.address])
            try await eventually { !server.requests.isEmpty }
            let status = try String(contentsOfFile: "/proc/\(client.processID)/status", encoding: .utf8)
            latch.open()
            #expect(client.finish().output == "a\n")
            let match = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
            return try #require(Int(match.1))
        }
        let (small, large) = (try await peak("small.jpg"), try await peak("large.jpg"))
        #expect(large - small < 32 << 10, "\(small) kB and \(large) kB")
    }

    @Test("where a server closes a kept connection in silence the picture is sent once more, over another one")
    func keptConnection() throws {
        let album = try Album("a", "b", "c")
        let paths = ["a", "b", "c"].map(album.path)
        // The second request comes over the connection of the first.
        let server = try ScriptedServer { $0.number == 2 ? .hangUp : .kept($0.image) }
        let run = try Client.run(["CAPTION"] + paths, server: server)
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        #expect(run.output == "\(paths[0]): a\n\(paths[1]): b\n\(paths[2]): c\n")
        #expect(server.images == ["a", "b", "b", "c"])
        // A connection that is new says that the server itself fails.
        let broken = try ScriptedServer { _ in .hangUp }
        let failed = try Client.run(["CAPTION", paths[0]], server: broken)
        #expect(failed.status == 1 && failed.errors.contains("without an answer"), "\(failed.errors)")
        #expect(broken.requests.count == 1)
    }

    @Test("prompts are printed one a line, the model's name on one")
    func info() throws {
        let server = try ScriptedServer { request in
            request.path == "/model" ? .status(200, #""owner/name""#) : .status(200, #"["<CAPTION>","<OD>"]"#)
        }
        #expect(try Client.run(["prompts"], server: server).output == "<CAPTION>\n<OD>\n")
        #expect(try Client.run(["model"], server: server).output == "owner/name\n")
        #expect(server.requests.map(\.method) == ["GET", "GET"])
    }

    @Test("several images give file: caption, and go on after one that fails")
    func several() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        let server = try ScriptedServer { request in
            request.image == "b.jpg"
                ? .status(400, #"{"detail":"The file is no picture."}"#) : .result("of \(request.image)")
        }
        let run = try Client.run(["CAPTION"] + ["a", "b", "c"].map { album.path("\($0).jpg") }, server: server)
        #expect(run.status == 1)
        #expect(run.output == "\(album.path("a.jpg")): of a.jpg\n\(album.path("c.jpg")): of c.jpg\n")
        #expect(run.errors == "\(album.path("b.jpg")): The file is no picture.\n")
    }

    @Test("an answer with places is printed as JSON, its numbers as they were")
    func places() throws {
        let album = try Album("a.jpg")
        let object = #"{"bboxes":[[25.92,105.84,205,288.24]],"labels":["käse"]}"#
        let server = try ScriptedServer { _ in .status(200, #"{"result":\#(object)}"#) }
        #expect(try Client.run(["OD", album.path("a.jpg")], server: server).output == object + "\n")
        let json = try Client.run(["OD", album.path("a.jpg"), "--json"], server: server).output
        #expect(json == #"{"file":"\#(album.path("a.jpg"))","prompt":"OD","result":\#(object)}"# + "\n")
    }

    @Test("the settings of the search are sent, the key too")
    func options() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .result("a") }
        let run = try Client.run(
            [
                "CAPTION", album.path("a.jpg"), "--num-beams", "5", "--max-new-tokens", "9", "--min-new-tokens", "2",
                "--no-repeat-ngram-size", "4", "--length-penalty", "-1.5", "--repetition-penalty", "1.25",
            ],
            server: server, environment: ["VISION_API_KEY": "secret"])
        #expect(run.status == 0)
        let request = try #require(server.requests.first)
        #expect(request.field("num_beams") as? Int == 5 && request.field("max_new_tokens") as? Int == 9)
        #expect(request.field("min_new_tokens") as? Int == 2 && request.field("no_repeat_ngram_size") as? Int == 4)
        #expect(request.field("length_penalty") as? Double == -1.5)
        #expect(request.field("repetition_penalty") as? Double == 1.25)
        #expect(request.headers["authorization"] == "Bearer secret")
    }

    @Test(
        "a failure is a sentence on stderr, nothing on stdout, and exit code 1",
        arguments: [
            (ScriptedServer.Answer.status(413, #"{"detail":"Too large."}"#), "Too large."),
            (.status(500, #"{"detail":"Oh."}"#), "Oh."),
            (.status(401, #"{"detail":"A key is needed."}"#), "A key is needed."),
            (.status(503, #"{"detail":"The model cannot be loaded."}"#), "The model cannot be loaded."),
            (.status(502, "<html>bad</html>"), "answered with status 502 and no explanation."),
            (.status(404, "<html>none</html>"), "There is no vision server at http://127.0.0.1"),
            (.status(200, "<html>hello</html>"), "answered with something that no vision server says."),
            (.status(302, "", headers: ["Location": "http://elsewhere/"]), "sends requests on to http://elsewhere/."),
            (.status(200, #"{"result":" \n "}"#), "The server answered with an empty caption."),
            (.status(200, #"{"result":null}"#), "The server answered with an empty caption."),
            (.hangUp, "closed the connection without an answer."),
        ])
    func refusals(answer: ScriptedServer.Answer, words: String) throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in answer }
        let run = try Client.run(["CAPTION", album.path("a.jpg")], server: server)
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("\(album.path("a.jpg")): ") && run.errors.contains(words), "\(run.errors)")
        #expect(run.errors.filter(\.isNewline).count == 1)
    }

    @Test("a server that cannot get its model is asked again for a while, which is told once, and ends the command")
    func noModel() throws {
        let album = try Album("a.jpg", "b.jpg")
        let server = try ScriptedServer { _ in .noModel("The hub cannot be reached.") }
        let run = try Client.run(
            ["CAPTION", album.path("a.jpg"), album.path("b.jpg"), "--patience", "2"], server: server)
        #expect(run.status == 1 && run.output == "")
        #expect(
            run.errors
                == "The hub cannot be reached. (It is asked again for 2 s.)\nThe hub cannot be reached.\n")
        #expect(server.requests.count >= 2 && Set(server.images) == ["a.jpg"])
    }

    @Test("a name that begins with a dash is told, and is no wish for help")
    func dash() throws {
        let album = try Album("-dash.jpg")
        let server = try ScriptedServer { _ in .result("a") }
        let run = try Client.run(["CAPTION", "b.jpg", "-dash.jpg"], server: server, folder: URL(filePath: album.path))
        #expect(run.status == 64 && run.output == "")
        #expect(run.errors.contains("\"-dash.jpg\" begins with a dash and is none of the options."), "\(run.errors)")
        for words in [["./-dash.jpg"], ["--", "-dash.jpg"]] {
            let run = try Client.run(["CAPTION"] + words, server: server, folder: URL(filePath: album.path))
            #expect(run.output == "a\n", "\(run.errors)")
        }
        #expect(try Client.run(["-h"]).status == 0)
    }

    @Test("settings that exclude each other are told before anything is sent")
    func settings() throws {
        let album = try Album("a.jpg")
        let run = try Client.run(["CAPTION", album.path("a.jpg"), "--min-new-tokens", "5", "--max-new-tokens", "4"])
        #expect(run.status == 64)
        #expect(run.errors.contains("--min-new-tokens (5) must not be more than --max-new-tokens (4)."))
    }

    @Test("a busy server is asked again after the time that it names, and says why meanwhile")
    func busy() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { request in
            request.number < 3 ? .busy("Being downloaded, \(request.number).") : .result("done")
        }
        let start = ContinuousClock.now
        let run = try Client.run(["CAPTION", album.path("a.jpg")], server: server)
        #expect(run.output == "done\n")
        #expect(run.errors == "Being downloaded, 1.\nBeing downloaded, 2.\n")
        #expect(ContinuousClock.now - start >= .seconds(2))
    }

    @Test("VISION_TIMEOUT ends a request, and the waiting for a busy server")
    func timeout() throws {
        let album = try Album("a.jpg")
        let latch = Latch()
        let silent = try ScriptedServer { _ in
            latch.pass()
            return .hangUp
        }
        let arguments = ["CAPTION", album.path("a.jpg")]
        let run = try Client.run(arguments, server: silent, environment: ["VISION_TIMEOUT": "0.3"])
        latch.open()
        #expect(run.status == 1)
        #expect(run.errors.contains("gave no answer within 0.3 seconds (VISION_TIMEOUT)."), "\(run.errors)")
        let busy = try ScriptedServer { _ in .busy("Busy.", retryAfter: 30) }
        let second = try Client.run(arguments, server: busy, environment: ["VISION_TIMEOUT": "5"])
        #expect(second.errors.contains("Busy. (VISION_TIMEOUT is over before that.)"), "\(second.errors)")
    }

    @Test("nobody there, a file that is none, and bad settings are sentences")
    func sentences() throws {
        let album = try Album("a.jpg")
        let nobody = ["VISION_HOST": "127.0.0.1:\(try ScriptedServer.freePort())"]
        let image = album.path("a.jpg")
        func errors(_ arguments: [String], _ environment: [String: String]) throws -> String {
            let run = try Client.run(arguments, environment: environment)
            #expect(run.status == 1 && run.output == "")
            return run.errors
        }
        #expect(try errors(["model"], nobody).contains("cannot be reached. Is the server running?"))
        #expect(try errors(["CAPTION", image], nobody).contains("cannot be reached. Is the server running?"))
        #expect(try errors(["CAPTION", album.path("b.jpg")], nobody).hasSuffix("b.jpg: There is no such file.\n"))
        #expect(try errors(["CAPTION", album.path], nobody).contains("This is a folder, not a picture."))
        #expect(try errors(["model"], ["VISION_HOST": "ftp://x"]).contains("\"ftp://x\" is no server's address."))
        #expect(try errors(["model"], ["VISION_TIMEOUT": "soon"]).contains("VISION_TIMEOUT is \"soon\""))
        #expect(try errors(["model"], ["VISION_API_KEY": "a b"]).contains("VISION_API_KEY holds a character"))
    }

    @Test("a proxy is not asked for what is on this machine")
    func proxy() throws {
        let server = try ScriptedServer { _ in .status(200, #""here""#) }
        let proxy = "http://127.0.0.1:\(try ScriptedServer.freePort())"
        let run = try Client.run(["model"], server: server, environment: ["http_proxy": proxy, "ALL_PROXY": proxy])
        #expect(run.output == "here\n")
    }

    @Test("a proxy gets the whole address of what is not encrypted, and is asked for a tunnel to what is")
    func otherMachines() throws {
        let proxy = try ScriptedServer { request in
            request.method == "CONNECT" ? .status(403, "") : .status(200, #""far""#)
        }
        let plain = ["http_proxy": proxy.address, "VISION_HOST": "http://pictures.invalid:54880"]
        #expect(try Client.run(["model"], environment: plain).output == "far\n")
        let secure = ["https_proxy": proxy.address, "VISION_HOST": "https://pictures.invalid"]
        let run = try Client.run(["model"], environment: secure)
        #expect(run.status == 1 && run.errors.contains("https://pictures.invalid cannot be reached."))
        let asked = ["GET http://pictures.invalid:54880/model", "CONNECT pictures.invalid:443"]
        #expect(proxy.requests.map { "\($0.method) \($0.path)" } == asked)
    }

    @Test("a proxy that wants a password is asked once, and the error says where it goes")
    func proxyPassword() throws {
        let album = try Album("a.jpg")
        let proxy = try ScriptedServer { _ in .status(407, "", headers: ["Proxy-Authenticate": "Basic realm=x"]) }
        for environment in [
            ["http_proxy": proxy.address, "VISION_HOST": "http://pictures.invalid:54880"],
            ["https_proxy": proxy.address, "VISION_HOST": "https://pictures.invalid"],
        ] {
            let run = try Client.run(["CAPTION", album.path("a.jpg")], environment: environment)
            #expect(run.status == 1 && run.errors.contains("wants a name and a password"), "\(run.errors)")
        }
        #expect(proxy.requests.count == 2)
    }
}
