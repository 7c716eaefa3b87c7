import CaptionClient
import Eventually
import Foundation
import Images
import Testing

@Suite("vision-client folder --exif", .enabled(if: exifToolPath != nil, "exiftool is not installed"))
struct ExifTests {
    private static let files = RealExifTool.goldens.appending(path: "images/files")

    /// An image of a kind, from the images that decoders are tested with.
    private func image(_ format: String) throws -> Data {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.files.path).sorted()
        let name = try #require(names.first { $0.hasSuffix("." + format) })
        return try Data(contentsOf: Self.files.appending(path: name))
    }

    private func run(
        _ album: Album, prompt: String = "CAPTION", _ options: [String] = [], result: String,
        environment: [String: String] = [:]
    ) throws -> ClientRun {
        let server = try ScriptedServer { _ in .result(result) }
        return try Client.run(
            ["folder", prompt, "txt", album.path, "--exif", "--no-captions"] + options, server: server,
            environment: environment)
    }

    private func tags(_ file: String) throws -> [String: AnyJSON] { try RealExifTool.tags(file) }

    private func pixels(_ file: String) throws -> RGBImage {
        try ImageDecoder().decode(Array(try Data(contentsOf: URL(filePath: file))))
    }

    @Test(
        "the caption stands in XMP, IPTC and EXIF; pixels, file times and the folder stay as they were",
        arguments: ["jpg", "png", "tif", "webp", "gif"])
    func formats(format: String) throws {
        let album = try Album()
        let name = "-photo ' $x @y.\(format)"
        try album.add(name, try image(format))
        let before = try pixels(album.path(name))
        let date = Date(timeIntervalSince1970: 981_173_106)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: album.path(name))
        let caption = "zwölf Käse\nand a second line"
        let run = try run(album, result: caption)
        #expect(run.status == 0, "\(run.errors)")
        let tags = try tags(album.path(name))
        #expect(tags["XMP-dc:Description"] == .string(caption))
        if format != "gif" { #expect(tags["IFD0:ImageDescription"] == .string(caption)) }
        if ["jpg", "png", "tif"].contains(format) {
            #expect(tags["IPTC:Caption-Abstract"] == .string(caption))
            #expect(tags["IPTC:CodedCharacterSet"] == .string("UTF8"))
        }
        #expect(try pixels(album.path(name)) == before)
        let attributes = try FileManager.default.attributesOfItem(atPath: album.path(name))
        #expect(attributes[.modificationDate] as? Date == date)
        #expect(album.files == [name])
    }

    @Test(
        "a caption is text, whatever it looks like",
        arguments: [
            "-execute", "-all=", "=<x", "-XMP-dc:Title=x\n-Artist=y", "base64:aGFsbG8=",
            "$1 @ \\n \"quoted\" 'x' #[CSTR]",
            "&amp;<b>&#10;", "😀 ünï \u{2028}x", "\tx\r\n\r\ny", "123", "1.50", "true", "null", "[a]", "{\"a\":1}", "-",
        ])
    func hostile(caption: String) throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        let expected = caption.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try run(album, result: caption).status == 0)
        for tag in ["XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription"] {
            let output = try RealExifTool.run(["-b", "-\(tag)", album.path("a.jpg")])
            #expect(String(decoding: output, as: UTF8.self) == expected, "\(tag)")
        }
        let tags = try tags(album.path("a.jpg"))
        #expect(Set(tags.keys).isDisjoint(with: ["XMP-dc:Title", "IFD0:Artist"]))
    }

    @Test("tags become keywords, each once; the description is left alone")
    func keywords() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        #expect(try run(album, result: "a description").status == 0)
        #expect(try run(album, prompt: "<generate_tags>", result: "katze, Käse, 2020, katze,  , dog").status == 0)
        let tags = try tags(album.path("a.jpg"))
        let expected = AnyJSON.array([.string("katze"), .string("Käse"), .integer(2020), .string("dog")])
        #expect(tags["XMP-dc:Subject"] == expected)
        #expect(tags["IPTC:Keywords"] == expected)
        #expect(tags["XMP-dc:Description"] == .string("a description"))
    }

    @Test("a description that is there is kept, added to or replaced")
    func existing() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        try RealExifTool.run(["-overwrite_original", "-IPTC:Caption-Abstract=mine", album.path("a.jpg")])
        func description(_ options: [String], _ result: String) throws -> AnyJSON? {
            let run = try run(album, options, result: result)
            #expect(run.status == 0, "\(run.errors)")
            let tags = try tags(album.path("a.jpg"))
            return tags["XMP-dc:Description"]
        }
        #expect(try description([], "new") == nil)
        #expect(try description(["--append"], "new") == .string("mine, new"))
        #expect(try description([], "newer") == .string("mine, new"))
        #expect(try description(["--overwrite"], "newer") == .string("newer"))
        #expect(try run(album, prompt: "GENERATE_TAGS", result: "a, b").status == 0)
        #expect(try run(album, prompt: "GENERATE_TAGS", ["--append"], result: "B, c").status == 0)
        #expect(try tags(album.path("a.jpg"))["IPTC:Keywords"] == .array(["a", "b", "c"].map { .string($0) }))
    }

    @Test("IPTC fields in another encoding are right after the change to UTF-8")
    func latin() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        try album.add("name.bin", Data([0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72]))
        try RealExifTool.run([
            "-overwrite_original", "-charset", "latin", "-IPTC:By-line<=\(album.path("name.bin"))", album.path("a.jpg"),
        ])
        #expect(try run(album, result: "Käse").status == 0)
        let tags = try tags(album.path("a.jpg"))
        #expect(tags["IPTC:By-line"] == .string("Müller"))
        #expect(tags["IPTC:Caption-Abstract"] == .string("Käse"))
    }

    @Test("what is too long for IPTC is cut between two characters")
    func long() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        let caption = "x" + String(repeating: "ä", count: 1500)
        #expect(try run(album, result: caption).status == 0)
        let tags = try tags(album.path("a.jpg"))
        #expect(tags["XMP-dc:Description"] == .string(caption))
        #expect(tags["IPTC:Caption-Abstract"] == .string("x" + String(repeating: "ä", count: 999)))
    }

    @Test("what exiftool cannot write is a failure with its reason; caption files are written all the same")
    func unwritable() throws {
        let album = try Album()
        try album.add("a.bmp", try image("bmp"))
        try album.add("b.jpg", try image("jpg"))
        let server = try ScriptedServer { _ in .result("fine") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--exif"], server: server)
        #expect(run.status == 1)
        #expect(
            run.errors.contains(
                "a.bmp failed: exiftool could not write the metadata: Writing of BMP files is not yet supported."),
            "\(run.errors)")
        #expect(album.text("a.txt") == "fine\n" && album.text("b.txt") == "fine\n")
        #expect(try tags(album.path("b.jpg"))["XMP-dc:Description"] == .string("fine"))
        #expect(album.files == ["a.bmp", "a.txt", "b.jpg", "b.txt"])
    }

    private func sample(_ name: String) throws -> Data {
        try Data(contentsOf: RealExifTool.goldens.appending(path: "clients/\(name)"))
    }

    /// An image whose EXIF description is not UTF-8.
    private func latin(_ album: Album, field: String = "EXIF:ImageDescription") throws -> Data {
        try album.add("latin.bin", Data("caf".utf8) + [0xE9])
        try album.add("a.jpg", try image("jpg"))
        try RealExifTool.run(["-overwrite_original", "-\(field)<=\(album.path("latin.bin"))", album.path("a.jpg")])
        return album.bytes("a.jpg")
    }

    @Test("a description that is not UTF-8 is left as it is by what adds to it", arguments: ["--append", "--prepend"])
    func notText(option: String) throws {
        let album = try Album()
        let before = try latin(album)
        let run = try run(album, [option], result: "new")
        #expect(run.status == 1)
        #expect(run.errors.contains("What stands in its EXIF:ImageDescription is not UTF-8"), "\(run.errors)")
        #expect(album.bytes("a.jpg") == before)
        // It is a description all the same, and goes only where that is wanted.
        let plain = try self.run(album, result: "new")
        #expect(plain.errors.hasSuffix("skipped 1 with a description of its own.\n"), "\(plain.errors)")
        #expect(album.bytes("a.jpg") == before)
        #expect(try self.run(album, ["--overwrite"], result: "new").status == 0)
        #expect(try tags(album.path("a.jpg"))["IFD0:ImageDescription"] == .string("new"))
    }

    @Test("what the three fields say is added to in each; a number stays as it was written")
    func threeFields() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        try RealExifTool.run([
            "-overwrite_original", "-XMP-dc:Description=1.50", "-EXIF:ImageDescription=base64:aGFsbG8=",
            album.path("a.jpg"),
        ])
        for _ in 0..<2 { #expect(try run(album, ["--append"], result: "new").status == 0) }
        let tags = try tags(album.path("a.jpg"))
        #expect(tags["XMP-dc:Description"] == .string("1.50, new"))
        #expect(tags["IFD0:ImageDescription"] == .string("base64:aGFsbG8=, new"))
        #expect(tags["IPTC:Caption-Abstract"] == .string("1.50, new"))
    }

    @Test("where a file's metadata cannot be read, nothing is added to it")
    func unread() throws {
        let album = try Album("a.jpg")
        let run = try run(album, ["--append"], result: "new")
        #expect(run.status == 1 && album.text("a.jpg") == "a.jpg")
    }

    @Test(
        "an image whose metadata could not be read is a failure with the reason, and the others of its batch are none",
        arguments: [
            ("echo The disk is gone. >&2; exit 2", "The disk is gone."), ("kill -9 $$", "it ended without a word."),
            ("echo '[{'", "it ended without a word."), ("exit 0", "it ended without a word."),
            (#"echo "[{\"SourceFile\":\"$file\"}]""#, "it does not say what it is."),
            (#"echo "[{\"SourceFile\":\"$file\",\"Error\":\"Gone\"}]""#, "Gone."),
        ])
    func failedRead(script: String, reason: String) throws {
        let (album, tool) = (try holidays(), try failing(script))
        defer { withExtendedLifetime(tool) {} }
        let before = album.bytes("a.jpg")
        let run = try run(album, prompt: "GENERATE_TAGS", result: "cat", environment: tool.environment)
        #expect(run.status == 1)
        let sentence = "exiftool could not read what the picture says about itself, so it was left as it is: "
        #expect(run.errors.contains("a.jpg failed: \(sentence)\(reason)\n"), "\(run.errors)")
        #expect(run.errors.hasSuffix("Captioned 1 picture, 1 failed.\n"), "\(run.errors)")
        #expect(album.bytes("a.jpg") == before)
        #expect(try tags(album.path("b.jpg"))["XMP-dc:Subject"] == .array([.string("Holiday"), .string("cat")]))
    }

    @Test("only what replaces everything needs no reading", arguments: ["--append", "--prepend", "--overwrite"])
    func failedRead(option: String) throws {
        let (album, tool) = (try holidays(), try failing("exit 2"))
        defer { withExtendedLifetime(tool) {} }
        let before = album.bytes("a.jpg")
        let run = try run(album, prompt: "GENERATE_TAGS", [option], result: "cat", environment: tool.environment)
        if option == "--overwrite" {
            #expect(run.status == 0, "\(run.errors)")
            #expect(try tags(album.path("a.jpg"))["XMP-dc:Subject"] == .array([.string("cat")]))
        } else {
            #expect(run.status == 1)
            #expect(album.bytes("a.jpg") == before)
        }
    }

    /// Two images with a keyword of their owner's.
    private func holidays() throws -> Album {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        try RealExifTool.run(["-overwrite_original", "-XMP-dc:Subject=Holiday", album.path("a.jpg")])
        try album.add("b.jpg", album.bytes("a.jpg"))
        return album
    }

    /// An exiftool that does this, and ends, where a.jpg is among the files that it is to read.
    private func failing(_ script: String) throws -> ExifToolStandIn {
        try ExifToolStandIn(#"case "$*" in *-overwrite_original*) ;; */a.jpg*) \#(script); exit ;; esac"#)
    }

    @Test("what exiftool itself says that it cannot read is a failure, too, before the image is asked about")
    func notReadable() throws {
        let album = try Album()
        try album.add("a.jpg", Data())
        try album.add("b.jpg", try image("jpg"))
        let server = try ScriptedServer { _ in .result("fine") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--exif"], server: server)
        #expect(run.status == 1 && server.requests.count == 1)
        #expect(run.errors.contains("so it was left as it is: File is empty.\n"), "\(run.errors)")
        #expect(album.files == ["a.jpg", "b.jpg", "b.txt"])
    }

    @Test("what a camera writes into every image is no description")
    func stock() throws {
        let album = try Album()
        try album.add("a.jpg", try sample("olympus_description.jpg"))
        #expect(try run(album, result: "a cat").errors.hasSuffix("Captioned 1 picture.\n"))
        #expect(try tags(album.path("a.jpg"))["IFD0:ImageDescription"] == .string("a cat"))
        #expect(try run(album, result: "x").errors.hasSuffix("skipped 1 with a description of its own.\n"))
        #expect(try run(album, ["--append"], result: "b").status == 0)
        #expect(try tags(album.path("a.jpg"))["IFD0:ImageDescription"] == .string("a cat, b"))
    }

    @Test("the owner's keywords are no sign of an earlier run, and stay beside ours")
    func ownKeywords() throws {
        let album = try Album()
        try album.add("a.jpg", try image("jpg"))
        try album.add("b.jpg", try image("jpg"))
        try RealExifTool.run([
            "-overwrite_original", "-IPTC:Keywords=Holiday", "-IPTC:Keywords=1.50", "-IPTC:Keywords=cat",
            album.path("a.jpg"),
        ])
        let first = try run(album, prompt: "GENERATE_TAGS", ["--trigger", "ohwx"], result: "cat, dog")
        #expect(first.errors.hasSuffix("Captioned 2 pictures.\n"), "\(first.errors)")
        let words = ["ohwx", "Holiday", "1.50", "cat", "dog"]
        func keywords() throws -> [String] {
            let output = try RealExifTool.run(["-s3", "-sep", "|", "-XMP-dc:Subject", album.path("a.jpg")])
            return String(decoding: output, as: UTF8.self).split(whereSeparator: { "|\n".contains($0) }).map(
                String.init)
        }
        #expect(try keywords() == words)
        // A description that is written later does not take the mark away.
        #expect(try run(album, result: "a description").status == 0)
        let second = try run(album, prompt: "GENERATE_TAGS", result: "other")
        #expect(second.errors.hasSuffix("Captioned 0 pictures, skipped 2 tagged before.\n"), "\(second.errors)")
        #expect(try keywords() == words)
    }

    @Test("an image whose name has the ending of another kind gets its caption, and keeps name, pixels and time")
    func misnamed() throws {
        let album = try Album()
        try album.add("a.jpg", try sample("really_png.jpg"))
        try album.add("save.jfif", try sample("save.jfif"))
        let before = try pixels(album.path("a.jpg"))
        let date = Date(timeIntervalSince1970: 981_173_106)
        try FileManager.default.setAttributes(
            [.modificationDate: date, .posixPermissions: 0o640], ofItemAtPath: album.path("a.jpg"))
        let run = try run(album, result: "fine")
        #expect(run.status == 0, "\(run.errors)")
        for name in ["a.jpg", "save.jfif"] {
            #expect(try tags(album.path(name))["XMP-dc:Description"] == .string("fine"))
        }
        #expect(try pixels(album.path("a.jpg")) == before)
        let attributes = try FileManager.default.attributesOfItem(atPath: album.path("a.jpg"))
        #expect(attributes[.modificationDate] as? Date == date && attributes[.posixPermissions] as? Int == 0o640)
        let names = try FileManager.default.contentsOfDirectory(atPath: album.path)
        #expect(Set(names) == ["a.jpg", "save.jfif"])
    }

    @Test("HEIC and AVIF get their captions, whichever of their endings they have, or that of another kind")
    func containers() throws {
        let album = try Album()
        let files = ["a.heic": "phone.heic", "b.HIF": "phone.heic", "c.jpg": "phone.heic", "d.avif": "web.avif"]
        for (name, content) in files { try album.add(name, try sample(content)) }
        let run = try run(album, result: "fine")
        #expect(run.status == 0, "\(run.errors)")
        for name in files.keys {
            #expect(try tags(album.path(name))["XMP-dc:Description"] == .string("fine"), "\(name)")
        }
    }

    @Test("a full disk ends the run, with one sentence", .enabled(if: Client.mounting != nil, "nothing can be mounted"))
    func fullDisk() throws {
        let album = try Album()
        for name in ["a.jpg", "b.jpg", "c.jpg"] { try album.add(name, try sample("save.jfif")) }
        try FileManager.default.createDirectory(atPath: album.path("full"), withIntermediateDirectories: true)
        let server = try ScriptedServer { _ in .result("fine") }
        let script = """
            mount -t tmpfs -o size=32k tmpfs full && cp *.jpg full && head -c 100000 /dev/zero >full/filler
            "$0" "$@"; code=$?; cmp a.jpg full/a.jpg; ls -A full; exit $code
            """
        let run = try Client.run(
            ["folder", "CAPTION", "txt", "full", "--exif", "--no-captions", "--quiet"], server: server,
            wrapper: (Client.mounting ?? []) + [script], folder: album.folder)
        #expect(run.status == 1)
        #expect(run.errors.components(separatedBy: "The disk is full: ").count == 2, "\(run.errors)")
        #expect(!run.errors.contains("failed"))
        #expect(run.output == "a.jpg\nb.jpg\nc.jpg\nfiller\n")
    }

    @Test("what exiftool can never write is known before the image is asked about")
    func before() throws {
        let album = try Album()
        try album.add("a.bmp", try image("bmp"))
        try album.add("b.jpg", Data("%PDF-1.4\n%%EOF\n".utf8))
        try album.add("c.jpg", try image("jpg"))
        try album.add("c.jpg_exiftool_tmp", Data("half".utf8))
        let server = try ScriptedServer { _ in .result("fine") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--exif", "--no-captions"], server: server)
        #expect(run.status == 1 && server.requests.isEmpty)
        #expect(run.errors.contains("a.bmp failed: exiftool could not write the metadata: Writing of BMP"))
        #expect(run.errors.contains("b.jpg failed: Its content is PDF, its name says something else"))
        #expect(run.errors.contains("c.jpg failed: An exiftool that was cut off has left"))
        #expect(run.errors.contains("c.jpg_exiftool_tmp, and writes nothing while that is there. Delete it"))
        #expect(album.text("c.jpg_exiftool_tmp") == "half")
    }

    @Test("an image with a damaged EXIF directory gets its caption in XMP and IPTC, and EXIF stays as it is")
    func damaged() throws {
        let album = try Album()
        try album.add("a.jpg", try sample("exif_bad_interop.jpg"))
        let run = try run(album, result: "fine")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("a.jpg: Only a part of its metadata could be written:"))
        let tags = try tags(album.path("a.jpg"))
        #expect(tags["XMP-dc:Description"] == .string("fine") && tags["IPTC:Caption-Abstract"] == .string("fine"))
        #expect(tags["IFD0:ImageDescription"] == nil)
    }

    @Test("names that differ in how an accent is written are two images")
    func twins() throws {
        let album = try Album()
        for name in ["caf\u{E9}.jpg", "cafe\u{301}.jpg"] { try album.add(name, try image("jpg")) }
        try RealExifTool.run(["-overwrite_original", "-XMP-dc:Description=mine", album.path("caf\u{E9}.jpg")])
        let run = try run(album, result: "fine")
        #expect(
            run.errors.hasSuffix("Captioned 1 picture, skipped 1 with a description of its own.\n"), "\(run.errors)")
        #expect(try tags(album.path("cafe\u{301}.jpg"))["XMP-dc:Description"] == .string("fine"))
    }

    @Test("places are refused, a link stays a link, and a watch does not run after its own changes")
    func besides() async throws {
        let album = try Album()
        try album.add("real.bin", try image("jpg"))
        try FileManager.default.createSymbolicLink(
            atPath: album.path("a.jpg"), withDestinationPath: album.path("real.bin"))
        let places = try ScriptedServer { _ in .status(200, #"{"result":{"labels":[]}}"#) }
        let arguments = ["folder", "CAPTION", "txt", album.path, "--exif"]
        let refused = try Client.run(arguments, server: places)
        #expect(refused.errors.contains("--exif can only write text"))
        let server = try ScriptedServer { _ in .result("fine") }
        let client = try Client(
            arguments + ["--overwrite", "--watch", "--watch-interval", "0.05"],
            environment: ["VISION_HOST": server.address])
        try await eventually { album.text("a.txt") != nil }
        try album.add("b.gif", try image("gif"))
        try await eventually { album.text("b.txt") != nil }
        client.send(SIGINT)
        #expect(client.finish().status == 0)
        #expect(server.requests.count == 2)
        #expect(try tags(album.path("real.bin"))["XMP-dc:Description"] == .string("fine"))
        let type = try FileManager.default.attributesOfItem(atPath: album.path("a.jpg"))[.type] as? FileAttributeType
        #expect(type == .typeSymbolicLink)
    }
}

@Suite("vision-client folder --exif with another exiftool, or none")
struct OtherExifToolTests {
    @Test("its absence is said before anything is asked")
    func absent() throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .result("a") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--exif"], server: server, environment: ["PATH": album.path])
        #expect(run.status == 1)
        #expect(run.errors.contains("--exif needs exiftool, which was not found."), "\(run.errors)")
        #expect(server.requests.isEmpty)
    }

    @Test("a second Ctrl-C ends exiftool too, even one that does not heed it")
    func stubborn() async throws {
        let album = try Album("a.jpg")
        let tool = try ExifToolStandIn(
            """
            case "$*" in *-overwrite_original*) echo $$ > "$here/pid"; trap '' INT; exec sleep 600 ;; esac
            echo '[{"FileType":"JPEG"}]'
            echo "{done${word#-execute} 0}" >&2
            """, path: nil)
        let server = try ScriptedServer { _ in .result("a") }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--exif"],
            environment: tool.environment.merging(["VISION_HOST": server.address]) { $1 })
        try await eventually { tool.text("pid")?.hasSuffix("\n") ?? false }
        client.send(SIGINT)
        try await eventually { client.errors.contains("Ctrl-C again ends at once.") }
        client.send(SIGINT)
        #expect(client.finish().status == 130)
        let process = try #require(Int32((tool.text("pid") ?? "").trimmingCharacters(in: .whitespacesAndNewlines)))
        try await eventually { kill(process, 0) != 0 }
    }
}
