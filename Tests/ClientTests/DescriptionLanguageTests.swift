import CaptionClient
import Foundation
import Testing

@Suite("Descriptions in several languages", .enabled(if: exifToolPath != nil, "exiftool is not installed"))
struct DescriptionLanguageTests {
    private func run(_ album: Album, _ options: [String], result: String = "a cat") throws -> ClientRun {
        let server = try ScriptedServer { _ in .result(result) }
        return try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--no-captions", "--quiet"] + options, server: server)
    }

    /// A picture that holds these fields.
    private func album(_ fields: [String]) throws -> Album {
        let album = try RealExifTool.album(["a.jpg"])
        try RealExifTool.run(["-overwrite_original"] + fields + [album.path("a.jpg")])
        return album
    }

    /// The descriptions of a file, by their fields, without XMP's name.
    private func descriptions(_ file: String) throws -> [String: String] {
        let fields = ["XMP-dc:Description", "IPTC:Caption-Abstract", "IFD0:ImageDescription"]
        return try RealExifTool.tags(file).reduce(into: [:]) { found, tag in
            guard fields.contains(where: tag.key.hasPrefix), case .string(let text) = tag.value else { return }
            found[tag.key.replacing("XMP-dc:Description", with: "XMP")] = text
        }
    }

    @Test("a description in a language stands beside those in others")
    func beside() throws {
        let album = try RealExifTool.album(["a.jpg", "b.jpg"])
        try RealExifTool.set(
            "-XMP-dc:Description=Katze", "-XMP-dc:Description-fr=chat", "-IPTC:Caption-Abstract=Katze",
            in: album.path("a.jpg"))
        #expect(try run(album, ["--exif", "--language", "en"]).errors.hasSuffix("Captioned 2 pictures.\n"))
        let both = ["XMP": "Katze", "XMP-fr": "chat", "XMP-en": "a cat", "IPTC:Caption-Abstract": "Katze"]
        #expect(try descriptions(album.path("a.jpg")) == both)
        #expect(try run(album, ["--exif", "--language", "EN"]).errors.contains("skipped 2 with a description"))
        // What replaces the description for all leaves the others.
        #expect(try run(album, ["--exif", "--overwrite"], result: "new").status == 0)
        let replaced = try descriptions(album.path("a.jpg"))
        #expect(replaced["XMP"] == "new" && replaced["XMP-fr"] == "chat" && replaced["XMP-en"] == "a cat")
    }

    @Test(
        "IPTC and EXIF hold a description in a language only where it is the one for all",
        arguments: [
            (
                [],
                ["XMP": "a cat", "XMP-en": "a cat", "IPTC:Caption-Abstract": "a cat", "IFD0:ImageDescription": "a cat"]
            ),
            (["-XMP-dc:Description=mine"], ["XMP": "mine", "XMP-en": "a cat"]),
            (
                ["-XMP-dc:Description=OLYMPUS DIGITAL CAMERA"],
                ["XMP": "a cat", "XMP-en": "a cat", "IPTC:Caption-Abstract": "a cat", "IFD0:ImageDescription": "a cat"]
            ),
            // The owner's words for all are not hidden by ours.
            (
                ["-IPTC:Caption-Abstract=mine"], ["XMP": "mine", "XMP-en": "a cat", "IPTC:Caption-Abstract": "mine"]
            ),
            (
                ["-EXIF:ImageDescription=mine"], ["XMP": "mine", "XMP-en": "a cat", "IFD0:ImageDescription": "mine"]
            ),
        ])
    func forAll(fields: [String], expected: [String: String]) throws {
        for options in [[], ["--append"], ["--overwrite"]] {
            let album = try album(fields)
            let run = try run(album, ["--exif", "--language", "en"] + options)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try descriptions(album.path("a.jpg")) == expected, "\(options)")
            let names = try RealExifTool.tags(album.path("a.jpg")).keys
            if expected["IPTC:Caption-Abstract"] == nil { #expect(!names.contains { $0.hasPrefix("IPTC:") }) }
        }
    }

    private static let katze = " Katze, \"<b>\"\nund & mehr\n "

    @Test(
        "a first description in a sidecar hides none of those in the picture",
        arguments: [
            (["-XMP-dc:Description-de=\(katze)"], [], ["XMP": "a cat", "XMP-de": katze]),
            (["-XMP-dc:Description-de=\(katze)"], ["--append"], ["XMP": "a cat", "XMP-de": katze]),
            (
                ["-XMP-dc:Description-pt-BR=base64:aGFsbG8=", "-XMP-dc:Description=mine"],
                ["--append"], ["XMP": "mine, a cat", "XMP-pt-BR": "base64:aGFsbG8="]
            ),
            (["-XMP-dc:Description=mine"], ["--language", "en"], ["XMP": "mine", "XMP-en": "a cat"]),
            (
                ["-XMP-dc:Description=mine", "-XMP-dc:Description-de=Katze"], ["--language", "DE", "--append"],
                ["XMP": "mine", "XMP-de": "Katze, a cat"]
            ),
            (["-IPTC:Caption-Abstract=mine"], ["--language", "en"], ["XMP": "mine", "XMP-en": "a cat"]),
            (
                ["-XMP-dc:Description=mine", "-XMP-dc:Description-de=Katze"], ["--overwrite"],
                ["XMP": "a cat", "XMP-de": "Katze"]
            ),
        ])
    func sidecar(fields: [String], options: [String], expected: [String: String]) throws {
        for before in [nil, "-XMP:Rating=4"] {
            let album = try album(fields)
            let sidecar = album.path("a.jpg.xmp")
            if let before { try RealExifTool.run([before, sidecar]) }
            let picture = album.bytes("a.jpg")
            let run = try run(album, ["--xmp"] + options)
            #expect(run.status == 0 && album.bytes("a.jpg") == picture, "\(run.errors)")
            #expect(try descriptions(sidecar) == expected)
        }
    }

    @Test("what stands in a sidecar already stays beside a new description; nothing comes from the picture")
    func described() throws {
        let album = try album(["-XMP-dc:Description=old", "-XMP-dc:Description-de=alt"])
        try RealExifTool.run(["-XMP-dc:Description=mine", "-XMP-dc:Description-fr=chat", album.path("a.jpg.xmp")])
        #expect(try run(album, ["--xmp", "--language", "en"]).status == 0)
        #expect(try descriptions(album.path("a.jpg.xmp")) == ["XMP": "mine", "XMP-fr": "chat", "XMP-en": "a cat"])
    }

    @Test("new keywords in a sidecar stand beside the picture's own; tags alone bring no description")
    func keywords() throws {
        let album = try album([
            "-XMP-dc:Subject=Holiday", "-IPTC:Keywords=Norway", "-XMP-lr:HierarchicalSubject=places|Norway",
            "-XMP-dc:Description=mine",
        ])
        let server = try ScriptedServer { _ in .result("cat, holiday") }
        let run = try Client.run(
            ["folder", "GENERATE_TAGS", "txt", album.path, "--no-captions", "--xmp"], server: server)
        #expect(run.status == 0, "\(run.errors)")
        let tags = try RealExifTool.tags(album.path("a.jpg.xmp"))
        #expect(tags["XMP-dc:Subject"] == .array(["Holiday", "Norway", "cat"].map { .string($0) }))
        #expect(
            tags["XMP-lr:HierarchicalSubject"] == .array(["places|Norway", "Holiday", "cat"].map { .string($0) }))
        #expect(tags["XMP-dc:Description"] == nil)
    }

    @Test(
        "a language that exiftool would leave out is refused",
        arguments: ["in English", "english", "en-a-b", "X-Default"])
    func wrong(language: String) throws {
        let album = try RealExifTool.album(["a.jpg"])
        let run = try run(album, ["--exif", "--language", language])
        #expect(run.status != 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "--language is \"\(language)\": it must be x-default, or a code such as en or de-CH."), "\(run.errors)")
    }

    @Test("what is accepted is written", arguments: ["ast", "de-CH", "zh-hant-tw", "de-1996", "x-default"])
    func right(language: String) throws {
        let album = try RealExifTool.album(["a.jpg"])
        #expect(try run(album, ["--exif", "--language", language]).status == 0)
        let name = language == "x-default" ? "XMP" : "XMP-\(language)"
        #expect(try descriptions(album.path("a.jpg"))[name] == "a cat")
    }
}
