import Foundation
import Loopback
import Testing

@Suite("The command line", .serialized)
struct CommandTests {
    /// A folder with the example image under two names, and a file that is none; removed at the end.
    private final class Images {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vision server pictures \(UUID())")
        var first: String { folder.appending(path: "first.png").path }
        var second: String { folder.appending(path: "second picture.jpg").path }
        var none: String { folder.appending(path: "none.png").path }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Demo.image.write(to: URL(filePath: first))
            try Demo.image.write(to: URL(filePath: second))
            try Data("no picture".utf8).write(to: URL(filePath: none))
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }
    }

    private struct Line: Decodable {
        let file: String
        let prompt: String
        let result: String
        let text: String
        let token_ids: [Int]
        let score: Double?
        let seconds: [String: Double]
    }

    private func expectedCaption() throws -> String {
        try Demo.text("<CAPTION>")
    }

    @Test("one image gives its caption, several give file: caption")
    func plain() throws {
        let images = try Images()
        let caption = try expectedCaption()
        let one = try Program.run(["caption", images.first, "--model", "demo"])
        #expect(one.status == 0)
        #expect(one.output == "\(caption)\n")
        let two = try Program.run(["caption", images.first, images.second, "--model", "demo"])
        #expect(two.output == "\(images.first): \(caption)\n\(images.second): \(caption)\n")
    }

    @Test("a bad file goes to stderr, the rest goes on, and the exit code tells")
    func badFile() throws {
        let images = try Images()
        let missing = images.folder.appending(path: "missing.png").path
        let run = try Program.run(
            ["caption", images.none, missing, images.folder.path, images.first, "--model", "demo"])
        #expect(run.status == 1)
        #expect(run.output == "\(images.first): \(try expectedCaption())\n")
        #expect(run.errors.contains("\(images.none): The file is no picture"))
        #expect(run.errors.contains("\(missing): There is no such file."))
        #expect(run.errors.contains("\(images.folder.path): This is a directory"))
    }

    @Test("--json gives one object an image and line, with every field")
    func json() throws {
        let images = try Images()
        let run = try Program.run(
            ["caption", images.first, images.second, "--json", "--model", "demo", "--prompt", "caption"])
        let lines = try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.map(\.file) == [images.first, images.second])
        let line = try #require(lines.first)
        #expect(line.prompt == "caption")
        #expect(line.result == (try expectedCaption()))
        #expect(line.text.contains(line.result))
        #expect(line.token_ids.count > 3)
        #expect(try #require(line.score) <= 0)
        #expect(Set(line.seconds.keys) == ["decode", "vision", "encoder", "generate"])
        for stage in ["vision", "encoder", "generate"] { #expect(line.seconds[stage] ?? 0 > 0, "\(stage)") }
    }

    @Test("inspect writes a safetensors file")
    func inspect() throws {
        let images = try Images()
        let output = images.folder.appending(path: "states.safetensors")
        let run = try Program.run([
            "inspect", "--model", "demo", "--image", images.first, "--prompt", "<OD>", "--decoder-ids", "2,0,5",
            "--output", output.path,
        ])
        #expect(run.status == 0, "\(run.errors)")
        let header = try Data(contentsOf: output).dropFirst(8).prefix(100_000)
        #expect(String(decoding: header, as: UTF8.self).contains("\"logits\""))
    }

    @Test(
        "what cannot be is one sentence, before anything is loaded",
        arguments: [
            (["caption", "x.png", "--num-beams", "9", "--model", "demo"], "--num-beams is 9: it must be from 1 to 8."),
            (["caption", "x.png", "--max-new-tokens", "0"], "--max-new-tokens is 0: it must be from 1 to 1024."),
            (["caption", "x.png", "--min-new-tokens", "1025"], "--min-new-tokens is 1025: it must be from 0 to 1024."),
            (
                ["caption", "x.png", "--length-penalty", "-11"],
                "--length-penalty is -11.0: it must be from -10.0 to 10.0."
            ),
            (
                ["caption", "x.png", "--repetition-penalty", "0"],
                "--repetition-penalty is 0.0: it must be from 0.1 to 10.0."
            ),
            (["caption", "x.png", "--prompt", "nonsense", "--model", "demo"], "Unknown prompt \"nonsense\"."),
            (
                ["caption", "x.png", "--model", "demo", "--precision", "int4"],
                "is \"int4\": it must be auto, fp32, bf16 or int8."
            ),
            (["caption", "x.png", "--model", "./missing"], "There is no directory ./missing."),
            (["caption", "x.png", "--model", "a/b/c"], "There is no directory a/b/c."),
            (["--model", "no--name/x"], "there is no such directory, and as a name on the hub it cannot be"),
            (
                ["caption", "x.png", "--model", "owner/name"],
                "is not complete in the cache, and HF_HUB_OFFLINE forbids"
            ),
            (["--model", "demo", "--max-queued-bytes", "lots"], "it must be a number of bytes, such as"),
            (["--model", "demo", "--api-key", ""], "A key (--api-key, VISION_SERVER_API_KEYS) must be"),
            (
                ["--model", "demo", "--port", "65536"],
                "--port is \"65536\": it must be a whole number, from 0 to 65535."
            ),
            (["--model", "demo", "--unload-after", "soon"], "--unload-after is \"soon\""),
            (
                ["inspect", "--model", "demo", "--image", "x", "--output", "y", "--decoder-ids", "2,,0"],
                "--decoder-ids is \"2,,0\""
            ),
        ])
    func refused(arguments: [String], words: String) throws {
        let run = try Program.run(
            arguments, environment: ["HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": "/nonexistent", "VISION_SERVER_PORT": "0"])
        #expect(run.status != 0)
        #expect(run.output == "")
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test(
        "a word that is no command, and a name that begins with a dash, are told; they are no wish for help",
        arguments: [
            (
                ["captoin", "x.jpg"],
                "\"captoin\" is none of the commands serve, caption, download, doctor, inspect. "
                    + "Did you mean caption?"
            ),
            (["xylophone"], "\"xylophone\" is none of the commands serve, caption, download, doctor, inspect.\n"),
            (
                ["caption", "-dash.png", "--model", "demo"],
                "\"-dash.png\" begins with a dash and is none of the options."
            ),
            (["-ph", "1"], "\"-ph\" begins with a dash and is none of the options."),
            (
                ["caption", "x.png", "--min-new-tokens", "5", "--max-new-tokens", "4"],
                "--min-new-tokens (5) must not be more than --max-new-tokens (4)."
            ),
        ])
    func notUnderstood(arguments: [String], words: String) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 64 && run.output == "")
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test("a value that cannot be ends with where that command's help is, not with the usage of all commands")
    func usage() throws {
        let run = try Program.run(["--model", "demo", "--port", "99999"])
        #expect(run.status == 64)
        #expect(
            run.errors
                == "Error: --port is \"99999\": it must be a whole number, from 0 to 65535.\n"
                + "  See 'vision-server serve --help' for more information.\n")
    }

    @Test("the help of serve, which is the default, names the other commands; -h is help, and a dash may begin a value")
    func help() throws {
        let help = try Program.run(["serve", "--help"])
        for command in ["caption", "download", "doctor", "inspect"] {
            #expect(help.output.contains(command), "\(command)")
        }
        #expect(try Program.run(["-h"]).output.contains("USAGE: vision-server <subcommand>"))
        #expect(try Program.run(["--unload-after", "-1x", "--model", "demo"]).errors.contains("is \"-1x\""))
    }

    @Test("the demo model is built in, so there is nothing to download", arguments: ["demo", "demo/"])
    func downloadDemo(name: String) throws {
        let run = try Program.run(["download", name])
        #expect(run.status == 0 && run.output == "")
        #expect(run.errors == "The demo model is built in: there is nothing to download. --model demo uses it.\n")
    }

    @Test(
        "a bad environment variable is named",
        arguments: [
            ("VISION_SERVER_PORT", "http"), ("VISION_SERVER_UNLOAD_AFTER", "5 minutes"), ("VISION_SERVER_THREADS", "0"),
            ("VISION_SERVER_ANY_PROMPT", "maybe"),
            ("VISION_SERVER_CORS_ORIGIN", "https://a.example/page"), ("VISION_SERVER_PRECISION", "fp8"),
        ])
    func badVariable(name: String, value: String) throws {
        let run = try Program.run(["--model", "demo"], environment: [name: value])
        #expect(run.status != 0)
        #expect(run.errors.contains(name) && run.errors.contains("is \"\(value)\""), "\(run.errors)")
    }

    @Test("a variable for keys that names none does not open the door", arguments: [",", " ", "good,,", "a b"])
    func noKeys(value: String) throws {
        let run = try Program.run(["--model", "demo", "--port", "0"], environment: ["VISION_SERVER_API_KEYS": value])
        #expect(run.status != 0)
        #expect(run.errors.contains("A key (--api-key, VISION_SERVER_API_KEYS) must be"), "\(run.errors)")
    }

    @Test("an instruction set can be forced; one that does not exist is an error")
    func instructionSet() throws {
        let images = try Images()
        let arguments = ["caption", images.first, "--model", "demo"]
        let generic = try Program.run(arguments, environment: ["VISION_SERVER_ISA": "generic"])
        #expect(generic.output == "\(try expectedCaption())\n")
        let unknown = try Program.run(arguments, environment: ["VISION_SERVER_ISA": "mmx"])
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("mmx"), "\(unknown.errors)")
    }

    @Test("serve says where it listens, answers, and ends well on SIGTERM and on Ctrl-C")
    func serve() async throws {
        for stop in [RunningProgram.terminate, RunningProgram.interrupt] {
            let server = try RunningProgram(
                ["--port", "0"], environment: ["VISION_SERVER_MODEL": "demo", "VISION_SERVER_PORT": "1"])
            let connection = try LoopbackConnection(port: try await server.port())
            try connection.send("GET /model HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let answer = await connection.receive(until: "\"demo\"")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\"demo\""))
            stop(server)()
            let end = server.finish()
            #expect(end.status == 0, "\(end.errors)")
        }
    }

    @Test("a port that is taken is one sentence")
    func portTaken() async throws {
        let server = try RunningProgram(["--model", "demo", "--port", "0"])
        let port = try await server.port()
        let second = try Program.run(["--model", "demo", "--port", "\(port)"])
        #expect(second.status == 1)
        let sentence =
            "Another program listens to 127.0.0.1:\(port). Stop it, or choose another --port."
        #expect(second.errors == "Error: \(sentence)\n")
        // Of several ports the one that is taken is named, and nothing stands before that.
        for ports in [["0", "\(port)"], ["\(port)", "0"]] {
            let several = try Program.run(["--model", "demo"] + ports.flatMap { ["--port", $0] })
            #expect(several.status == 1 && several.errors == "Error: \(sentence)\n", "\(several.errors)")
        }
        let twice = try Program.run(["--model", "demo", "--port", "9", "--port", "9"])
        #expect(twice.status == 64 && twice.errors.contains("is 9 twice"), "\(twice.errors)")
    }
}
