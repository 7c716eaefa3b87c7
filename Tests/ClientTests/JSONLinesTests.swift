import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder --jsonl")
struct JSONLinesTests {
    private func run(_ album: Album, _ options: [String] = [], _ server: ScriptedServer) throws -> ClientRun {
        let arguments = ["folder", "CAPTION", "txt", album.path, "--no-captions", "--jsonl", album.path("out.jsonl")]
        return try Client.run(arguments + options, server: server)
    }

    private func line(_ file: String, _ result: String) -> [String: String] {
        ["file": file, "prompt": "CAPTION", "result": result]
    }

    @Test("one object an image; a second run goes on where the first one ended, even within a line")
    func resume() throws {
        let album = try Album("a.jpg", "sub/b.jpg", "c.jpg")
        let whole = #"{"file":"a.jpg","prompt":"CAPTION","result":"old"}"# + "\n"
        try album.add("out.jsonl", Data((whole + #"{"file":"c.jpg","prompt":"CAPT"#).utf8))
        let server = try ScriptedServer { .result("of \($0.image)") }
        let first = try run(album, ["--jobs", "1"], server)
        #expect(first.status == 0, "\(first.errors)")
        let expected = [line("a.jpg", "old"), line("c.jpg", "of c.jpg"), line("sub/b.jpg", "of sub/b.jpg")]
        #expect(try album.lines("out.jsonl") == expected)
        let second = try run(album, [], server)
        #expect(second.errors == "Captioned 0 pictures, skipped 3 captioned before.\n")
        #expect(album.files == ["a.jpg", "sub/b.jpg", "c.jpg", "out.jsonl"])
        #expect(server.requests.count == 2)
    }

    @Test("--overwrite leaves one line an image, and other prompts' lines alone")
    func overwrite() throws {
        let album = try Album("a.jpg", "b.jpg")
        let other = #"{"file":"a.jpg","prompt":"OD","result":{"labels":[]}}"# + "\n"
        try album.add("out.jsonl", Data((other + #"{"file":"a.jpg","prompt":"CAPTION","result":"old"}"#).utf8))
        let server = try ScriptedServer { .result("of \($0.image)") }
        let first = try run(album, ["--overwrite", "--jobs", "1"], server)
        #expect(first.status == 0, "\(first.errors)")
        let lines = (album.text("out.jsonl") ?? "").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first.map(String.init) == other.trimmingCharacters(in: .newlines))
        #expect(lines.last == #"{"file":"b.jpg","prompt":"CAPTION","result":"of b.jpg"}"#)
        #expect(!lines.contains { $0.contains("old") })
    }

    @Test(
        "old lines go only from a list that was read: one that may not be read any more keeps all others",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func unreadable() throws {
        let album = try Album("a.jpg")
        let other = #"{"file":"gone.jpg","prompt":"CAPTION","result":"mine"}"# + "\n"
        try album.add(
            "out.jsonl", Data((other + #"{"file":"a.jpg","prompt":"CAPTION","result":"old"}"# + "\n").utf8))
        let list = album.path("out.jsonl")
        let server = try ScriptedServer { _ in
            chmod(list, 0)
            return .result("new")
        }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--no-captions", "--jsonl", list, "--overwrite"], server: server,
            wrapper: Client.heedingPermissions ?? [])
        try album.permit(0o600, "out.jsonl")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try album.lines("out.jsonl") == [line("gone.jpg", "mine"), line("a.jpg", "new")])
    }

    @Test("a list whose place another file has taken meanwhile is not written over", arguments: ["jsonl", "failures"])
    func replaced(option: String) throws {
        let album = try Album("a.jpg", "b.jpg")
        if option == "jsonl" {
            try album.add("out", Data((#"{"file":"a.jpg","prompt":"CAPTION","result":"old"}"# + "\n").utf8))
        }
        let (list, notes) = (album.path("out"), album.path("notes"))
        let server = try ScriptedServer { request in
            try? Data("my notes".utf8).write(to: URL(filePath: notes))
            rename(notes, list)
            return request.image == "a.jpg" ? .result("new") : .status(400, #"{"detail":"No picture."}"#)
        }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--\(option)", list, "--overwrite"], server: server)
        #expect(run.status == 1)
        let sentence = "Another file has taken the place of \(list) meanwhile, so it was left as it is.\n"
        #expect(run.errors.hasSuffix(sentence), "\(run.errors)")
        #expect(album.text("out") == "my notes")
    }

    @Test(
        "a list that cannot be read is not taken for an empty one", .enabled(if: Self.unreadableFile != nil),
        arguments: ["--jsonl", "--failures"])
    func failedRead(option: String) throws {
        let (album, file) = (try Album("a.jpg"), try #require(Self.unreadableFile))
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, option, file], server: server)
        #expect(run.status == 1)
        #expect(
            run.errors == "\(file) cannot be read, so it was left as it is: input/output error.\n", "\(run.errors)")
        #expect(server.requests.isEmpty)
    }

    /// A file that opens, and fails when it is read: there is nothing at the beginning of a process's memory.
    private static let unreadableFile: String? = {
        let path = "/proc/self/mem"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    @Test("places stay an object")
    func places() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .status(200, #"{"result":{"labels":["ä"],"n":1.5}}"#) }
        _ = try run(album, [], server)
        #expect(
            album.text("out.jsonl")
                == #"{"file":"a.jpg","prompt":"CAPTION","result":{"labels":["ä"],"n":1.5}}"# + "\n")
    }

    @Test("captions and lines together: what only one of them lacks is asked for and added there")
    func both() throws {
        let album = try Album("a.jpg")
        try album.add("a.txt", Data("mine\n".utf8))
        let server = try ScriptedServer { _ in .result("new") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--jsonl", album.path("out.jsonl")], server: server)
        #expect(run.status == 0)
        #expect(album.text("a.txt") == "mine\n")
        #expect(try album.lines("out.jsonl") == [line("a.jpg", "new")])
    }

    @Test("a file that holds something else is left as it is", arguments: ["a letter", "a letter\n", "{\"x\":1}\n"])
    func foreign(content: String) throws {
        let album = try Album("a.jpg")
        try album.add("out.jsonl", Data(content.utf8))
        let server = try ScriptedServer { _ in .result("new") }
        let first = try run(album, [], server)
        #expect(first.status == 1)
        #expect(first.errors.contains("Line 1 of \(album.path("out.jsonl")) is not a JSON object"), "\(first.errors)")
        #expect(album.text("out.jsonl") == content)
        #expect(server.requests.isEmpty)
    }

    @Test("two programs do not write to one file")
    func locked() throws {
        let album = try Album("a.jpg")
        let file = try JSONLinesFile(path: album.path("out.jsonl"), gate: AtomicFileWriter())
        let first = try run(album, [], try ScriptedServer { _ in .result("new") })
        #expect(first.status == 1)
        #expect(first.errors.contains("Another vision-client is writing to"))
        #expect(!file.contains(file: "a.jpg", prompt: "CAPTION"))
    }
}
