import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder, several tasks")
struct SeveralTasksTests {
    private func run(
        _ album: Album, _ tasks: String, _ extensions: String, _ options: [String] = [], _ server: ScriptedServer
    ) throws -> ClientRun {
        try Client.run(["folder", tasks, extensions, album.path, "--jobs", "1"] + options, server: server)
    }

    private static let answers: @Sendable (String, String) -> String = { prompt, image in
        prompt == "GENERATE_TAGS" ? "solo, dog, solo" : "The image shows a dog."
    }

    @Test("one look: one request asks all tasks, and the answers are joined")
    func joined() throws {
        let album = try Album("a.jpg", "b.jpg")
        let server = try ScriptedServer.tasks(answer: Self.answers)
        let run = try run(album, "CAPTION,GENERATE_TAGS", "txt", [], server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(album.text("a.txt") == "The image shows a dog., solo, dog, solo\n")
        #expect(server.prompts == [["CAPTION", "GENERATE_TAGS"], ["CAPTION", "GENERATE_TAGS"]])
        #expect(album.files == ["a.jpg", "a.txt", "b.jpg", "b.txt"])
    }

    @Test("a template places the answers, the trigger, the name and the folder; each is cleaned before")
    func template() throws {
        let album = try Album("rex/a.b.jpg")
        let server = try ScriptedServer.tasks(answer: Self.answers)
        let template = "{trigger}, {caption} {{{TAGS}}} {name} {folder}"
        let options = ["--template", template, "--trigger", "rex1", "--trim-preamble", "--dedupe-tags"]
        let first = try run(album, "caption, GENERATE_TAGS", "txt", options, server)
        #expect(first.status == 0, "\(first.errors)")
        #expect(server.prompts == [["caption", "GENERATE_TAGS"]])
        #expect(album.text("rex/a.b.txt") == "rex1, A dog. {solo, dog} a.b rex\n")
    }

    @Test("each task in a file of its own; only what is missing is asked")
    func parted() throws {
        let album = try Album("a.jpg", "b.jpg", "c.jpg")
        try album.add("b.tags", Data("mine\n".utf8))
        for name in ["c.txt", "c.tags"] { try album.add(name, Data("mine\n".utf8)) }
        let server = try ScriptedServer.tasks(answer: Self.answers)
        let first = try run(album, "CAPTION,GENERATE_TAGS", "txt,tags", ["--dedupe-tags"], server)
        #expect(first.errors.hasSuffix("Captioned 2 pictures, skipped 1 captioned before.\n"), "\(first.errors)")
        #expect(server.prompts == [["CAPTION", "GENERATE_TAGS"], ["CAPTION"]])
        #expect(album.text("a.txt") == "The image shows a dog.\n" && album.text("a.tags") == "solo, dog\n")
        #expect(album.text("b.txt") == "The image shows a dog.\n" && album.text("b.tags") == "mine\n")
        let second = try run(album, "CAPTION,GENERATE_TAGS", "txt,tags", [], server)
        #expect(second.errors == "Captioned 0 pictures, skipped 3 captioned before.\n")
    }

    @Test("--jsonl has a line for each task, with the text before the clean-up")
    func lines() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks(answer: Self.answers)
        let options = ["--jsonl", album.path("out.jsonl"), "--trim-preamble", "--dedupe-tags"]
        for _ in 0..<2 { _ = try run(album, "CAPTION,GENERATE_TAGS", "txt", options, server) }
        #expect(
            try album.lines("out.jsonl") == [
                [
                    "file": "a.jpg", "finish_reason": "stop", "prompt": "CAPTION", "raw": "The image shows a dog.",
                    "result": "A dog.",
                ],
                [
                    "file": "a.jpg", "finish_reason": "stop", "prompt": "GENERATE_TAGS", "raw": "solo, dog, solo",
                    "result": "solo, dog",
                ],
            ])
        #expect(server.requests.count == 1)
    }

    @Test("an answer that is empty does not take the others with it")
    func empty() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks { prompt, _ in prompt == "OCR" ? "" : "a dog" }
        _ = try run(album, "CAPTION,OCR", "txt", ["--template", "{caption}, with the text {ocr}"], server)
        #expect(album.text("a.txt") == "a dog, with the text\n")
        let parted = try run(album, "CAPTION,OCR", "cap,ocr", [], server)
        #expect(parted.status == 1 && parted.errors.contains("an empty caption"))
        #expect(album.text("a.cap") == "a dog\n" && album.text("a.ocr") == nil)
    }

    @Test("commas split task names only: a phrase stays one prompt")
    func phrase() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks()
        let prompt = "<CAPTION_TO_PHRASE_GROUNDING>a cat, a dog"
        _ = try run(album, prompt, "txt", [], server)
        _ = try run(album, "CAPTION,a dog", "cap", [], server)
        #expect(server.prompts == [[prompt], ["CAPTION,a dog"]])
    }

    @Test("a caption of which the clean-up leaves nothing stays, and it is said")
    func kept() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks(answer: Self.answers)
        let list = album.path("exclude.list")
        try album.add("exclude.list", Data("# not wanted\nsolo, dog\n".utf8))
        let run = try run(album, "GENERATE_TAGS", "txt", ["--exclude-tags", list], server)
        #expect(album.text("a.txt") == "solo, dog, solo\n")
        #expect(run.errors.contains("a.jpg: The clean-up would have left nothing"), "\(run.errors)")
    }

    @Test(
        "each flag of the clean-up",
        arguments: [
            (["--trim-preamble"], "A dog in the background. It sleeps."),
            (["--strip-location"], "The image shows a dog. It sleeps."),
            (["--replace", "dog=cat", "--replace", " It sleeps.="], "The image shows a cat in the background."),
            (["--max-words", "8"], "The image shows a dog in the background."),
            (["--max-chars", "17"], "The image shows"),
            (["--trim-preamble", "--trigger", "rex1"], "rex1, A dog in the background. It sleeps."),
        ])
    func flags(options: [String], expected: String) throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks { _, _ in "The image shows a dog in the background. It sleeps." }
        _ = try run(album, "CAPTION", "txt", options, server)
        #expect(album.text("a.txt") == expected + "\n")
    }

    @Test(
        "each flag for tags",
        arguments: [
            (["--dedupe-tags", "--sort-tags"], "blue_sky, dog, solo"),
            (["--tags-space"], "solo, dog, blue sky, solo"),
            (["--tags-underscore"], "solo, dog, blue_sky, solo"),
            (["--exclude-tags", "BLUE*,dog"], "solo, solo"),
            (["--first-tags", "blue sky,dog"], "blue_sky, dog, solo, solo"),
            (["--max-tags", "2"], "solo, dog"),
        ])
    func tagFlags(options: [String], expected: String) throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks { _, _ in "solo, dog, blue_sky, solo" }
        _ = try run(album, "GENERATE_TAGS", "txt", options, server)
        #expect(album.text("a.txt") == expected + "\n")
    }

    @Test(
        "what cannot be is said before anything is asked",
        arguments: [
            (["CAPTION,caption", "txt"], "caption stands among the tasks twice."),
            (["CAPTION,OCR", "a,b,c"], "There are 3 extensions and 2 tasks."),
            (["CAPTION", "a,b"], "There are 2 extensions and 1 task."),
            (["CAPTION,OD", "txt"], "OD answers with places in the picture"),
            (["CAPTION", "txt", "--template", "{tags}"], "there is no {tags}, only {caption}, {trigger}"),
            (["CAPTION", "txt", "--template", "{caption"], "a { has no }"),
            (["CAPTION", "txt", "--template", "a cat"], "it has no task's answer, such as {caption}"),
            (["CAPTION", "txt", "--template", "{trigger} {caption}"], "it needs --trigger WORD"),
            (["CAPTION,OCR", "a,b", "--template", "{caption}"], "it fills one file"),
            (["CAPTION", "txt", "--replace", "dog"], "\"dog\" is no replacement."),
            (["CAPTION", "txt", "--format", "csv", "--append"], "--append and --prepend are for text files"),
            (["CAPTION", "txt", "--format", "webdataset", "--overwrite"], "Shards are only added to"),
            (["CAPTION", "txt", "--format", "xls"], "hf-jsonl"),
            (["CAPTION", "txt", "--max-words", "0"], "--max-words is 0"),
            (["CAPTION", "txt", "--tags-space", "--tags-underscore"], "Give only one of --tags-underscore"),
        ])
    func impossible(arguments: [String], words: String) throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks()
        let run = try Client.run(
            ["folder"] + arguments.prefix(2) + [album.path] + arguments.dropFirst(2), server: server)
        #expect(run.status != 0 && run.errors.contains(words), "\(run.errors)")
        #expect(server.requests.isEmpty && album.files == ["a.jpg"])
    }

    @Test(
        "--exif with both: text becomes the description, tags the keywords, and a second run has nothing to do",
        .enabled(if: exifToolPath != nil, "exiftool is not installed"))
    func metadata() throws {
        let album = try Album()
        let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Models/demo/example.png")
        try album.add("a.png", try Data(contentsOf: example))
        let server = try ScriptedServer.tasks { prompt, _ in
            prompt == "CAPTION" ? "The image shows a dog." : "solo, dog"
        }
        let options = ["--exif", "--no-captions", "--trim-preamble"]
        for _ in 0..<2 {
            let run = try run(album, "CAPTION,GENERATE_TAGS", "txt", options, server)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(server.prompts == [["CAPTION", "GENERATE_TAGS"]])
        let text = String(
            decoding: try RealExifTool.run(["-s3", "-XMP-dc:Description", "-XMP-dc:Subject", album.path("a.png")]),
            as: UTF8.self)
        #expect(text == "A dog.\nsolo, dog\n")
    }

    @Test(
        "--dry-run writes no file of any format",
        arguments: ["txt", "csv", "hf-jsonl", "kohya-json", "webdataset", "jsonl"])
    func dryRun(format: String) throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer.tasks()
        let run = try run(album, "CAPTION", "txt", ["--format", format, "--dry-run"], server)
        #expect(run.status == 0 && run.output.contains("a.jpg"), "\(run.output) \(run.errors)")
        #expect(server.requests.isEmpty && album.files == ["a.jpg"])
    }

    @Test("the tasks are those that the server knows to need no text")
    func names() throws {
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Florence2/Tasks/FlorenceTask.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let tokens = Set(text.matches(of: /case \w+ = "<([A-Z_]+)>"/).map { String($0.1) })
        let needy = tokens.filter { $0.hasPrefix("REGION_TO") }.union([
            "CAPTION_TO_PHRASE_GROUNDING", "REFERRING_EXPRESSION_SEGMENTATION", "OPEN_VOCABULARY_DETECTION",
        ])
        #expect(Set(PlainTask.all.map(\.token)) == tokens.subtracting(needy))
    }

    @Test(
        "a field that is empty takes its comma along",
        arguments: [
            ("{trigger}, {caption}, {tags}", ["a cat", "solo"], "", "a cat, solo"),
            ("{trigger}, {caption}, {tags}", ["", "solo"], "t", "t, solo"),
            ("{caption} ({tags})", ["a cat", ""], "", "a cat"),
            ("Photo of {caption}. {tags}", ["a cat", ""], "", "Photo of a cat"),
            ("{folder}: {caption}", ["a cat", ""], "", "a cat"),
        ])
    func holes(template: String, answers: [String], trigger: String, expected: String) throws {
        let tasks = try TaskList("CAPTION,GENERATE_TAGS")
        let template = try CaptionTemplate(template, tasks: tasks)
        #expect(template.fill(answers: answers, trigger: trigger, name: "a.jpg") == expected)
    }
}
