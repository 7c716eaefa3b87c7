import CaptionClient
import Foundation
import Testing

@Suite("vision-client folder --xmp", .enabled(if: exifToolPath != nil, "exiftool is not installed"))
struct SidecarTests {
    private func album(_ pictures: String...) throws -> Album { try RealExifTool.album(pictures) }

    private func run(
        _ album: Album, prompt: String = "CAPTION", _ options: [String] = [], result: String = "a cat"
    ) throws -> ClientRun {
        let server = try ScriptedServer { _ in .result(result) }
        return try Client.run(
            ["folder", prompt, "txt", album.path, "--no-captions", "--quiet"] + options, server: server)
    }

    private func tags(_ file: String) throws -> [String: AnyJSON] { try RealExifTool.tags(file) }

    private func list(_ words: String...) -> AnyJSON { .array(words.map { .string($0) }) }

    /// What darktable keeps: a history of steps, tags, a rating.
    private static let darktable = """
        <?xml version="1.0" encoding="UTF-8"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
         <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
          <rdf:Description rdf:about=""
            xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:darktable="http://darktable.sf.net/"
            xmp:Rating="4" darktable:xmp_version="5" darktable:history_end="2">
           <darktable:history>
            <rdf:Seq>
             <rdf:li darktable:num="0" darktable:operation="exposure" darktable:enabled="1"
              darktable:params="0000000000000000000048420000803f" darktable:multi_name="" />
             <rdf:li darktable:num="1" darktable:operation="filmicrgb" darktable:enabled="0"
              darktable:params="gz07eJxjYGBgEGHAAEYwBgAHBABe" darktable:multi_name="one" />
            </rdf:Seq>
           </darktable:history>
           <dc:subject><rdf:Bag><rdf:li>Norway</rdf:li></rdf:Bag></dc:subject>
           <lr:hierarchicalSubject><rdf:Bag><rdf:li>places|Norway</rdf:li></rdf:Bag></lr:hierarchicalSubject>
          </rdf:Description>
         </rdf:RDF>
        </x:xmpmeta>

        """

    @Test("a picture gets photo.jpg.xmp or photo.xmp, and stays as it is", arguments: ["darktable", "lightroom"])
    func new(style: String) throws {
        let album = try album("sub/a.jpg")
        let before = album.bytes("sub/a.jpg")
        let sidecar = style == "darktable" ? "sub/a.jpg.xmp" : "sub/a.xmp"
        let options = ["--xmp", "--xmp-style", style]
        #expect(try run(album, options, result: "zwölf <Käse> & \"mehr\"\nund").status == 0)
        #expect(album.files == ["sub/a.jpg", sidecar] && album.bytes("sub/a.jpg") == before)
        #expect(try tags(album.path(sidecar))["XMP-dc:Description"] == .string("zwölf <Käse> & \"mehr\"\nund"))
        let second = try run(album, options)
        #expect(second.errors.contains("skipped 1 with a description of its own"), "\(second.errors)")
        #expect(try run(album, prompt: "GENERATE_TAGS", options, result: "cat, dog").status == 0)
        #expect(try tags(album.path(sidecar))["XMP-dc:Subject"] == list("cat", "dog"))
        let tagged = try run(album, prompt: "GENERATE_TAGS", options, result: "x")
        #expect(tagged.errors.contains("skipped 1 tagged before"), "\(tagged.errors)")
    }

    @Test("all that darktable keeps in its sidecar stays, and its lists of tags follow the keywords")
    func kept() throws {
        let album = try album("a.jpg")
        try album.add("a.jpg.xmp", Data(Self.darktable.utf8))
        let before = try tags(album.path("a.jpg.xmp"))
        try #require(before.count > 5)
        #expect(try run(album, ["--xmp"]).status == 0)
        #expect(try run(album, prompt: "GENERATE_TAGS", ["--xmp"], result: "fjord, norway, Boat").status == 0)
        let after = try tags(album.path("a.jpg.xmp"))
        #expect(after["XMP-dc:Description"] == .string("a cat"))
        #expect(after["XMP-dc:Subject"] == list("Norway", "fjord", "Boat"))
        #expect(after["XMP-lr:HierarchicalSubject"] == list("places|Norway", "fjord", "Boat"))
        #expect(after["XMP-digiKam:TagsList"] == nil && after["XMP-microsoft:LastKeywordXMP"] == nil)
        let ours = ["XMP-dc:Description", "XMP-dc:Subject", "XMP-lr:HierarchicalSubject", "XMP-x:XMPToolkit"]
        for (name, value) in before where !ours.contains(name) { #expect(after[name] == value, "\(name)") }
        let text = try #require(album.text("a.jpg.xmp"))
        for word in ["filmicrgb", "gz07eJxjYGBgEGHAAEYwBgAHBABe", "0000000000000000000048420000803f"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test("in the picture's own metadata digiKam's and Windows' lists follow, where they are; nothing is there twice")
    func followers() throws {
        let album = try album("a.jpg", "b.jpg")
        try RealExifTool.set(
            "-XMP-dc:Subject=Bob", "-XMP-digiKam:TagsList=People/Bob", "-XMP-microsoft:LastKeywordXMP=People/Bob",
            "-IPTC:Keywords=Bob", in: album.path("a.jpg"))
        for _ in 0..<2 {
            #expect(try run(album, prompt: "GENERATE_TAGS", ["--exif", "--append"], result: "bob, cat").status == 0)
        }
        let tags = try tags(album.path("a.jpg"))
        for field in ["XMP-dc:Subject", "IPTC:Keywords"] { #expect(tags[field] == list("Bob", "cat"), "\(field)") }
        for field in ["XMP-digiKam:TagsList", "XMP-microsoft:LastKeywordXMP"] {
            #expect(tags[field] == list("People/Bob", "cat"), "\(field)")
        }
        #expect(try self.tags(album.path("b.jpg"))["XMP-digiKam:TagsList"] == nil)
        #expect(try run(album, prompt: "GENERATE_TAGS", ["--exif", "--overwrite"], result: "cat, dog").status == 0)
        let replaced = try self.tags(album.path("a.jpg"))
        for field in ["XMP-dc:Subject", "XMP-digiKam:TagsList"] {
            #expect(replaced[field] == list("cat", "dog"), "\(field)")
        }
    }

    @Test("a RAW file and a JPEG of one shot are captioned once; each has a sidecar, and a caption file is shared")
    func pair() throws {
        let album = try album("a.JPG", "c.jpg")
        for name in ["a.CR2", "b.X3F"] { try album.add(name) }
        let before = album.bytes("a.JPG")
        let server = try ScriptedServer { _ in .result("a cat") }
        let run = try Client.run(["folder", "CAPTION", "txt", album.path, "--xmp", "--quiet"], server: server)
        #expect(run.status == 0 && server.requests.count == 2, "\(run.errors)")
        #expect(run.errors.contains("Left out, as such files are not read: 1 x3f.\n"), "\(run.errors)")
        #expect(
            album.files == [
                "a.JPG", "a.CR2", "a.txt", "a.JPG.xmp", "a.CR2.xmp", "b.X3F", "c.jpg", "c.txt", "c.jpg.xmp",
            ])
        #expect(album.text("a.CR2") == "a.CR2" && album.bytes("a.JPG") == before)
        #expect(try tags(album.path("a.CR2.xmp"))["XMP-dc:Description"] == .string("a cat"))
    }

    @Test("in Lightroom's style the sidecar of such a pair is the RAW file's, which is said; --exif writes the JPEG")
    func lightroomPair() throws {
        let album = try album("a.jpg")
        try album.add("a.cr2")
        let options = ["--xmp", "--xmp-style", "lightroom"]
        let before = album.bytes("a.jpg")
        let first = try run(album, options)
        #expect(first.errors.contains("1 picture shares its name with a RAW file, whose sidecar it is; --exif writes"))
        let tags = try tags(album.path("a.xmp"))
        #expect(tags["XMP-dc:Description"] == .string("a cat"))
        #expect(tags["XMP-photoshop:SidecarForExtension"] == .string("CR2"))
        #expect(album.files == ["a.jpg", "a.cr2", "a.xmp"] && album.bytes("a.jpg") == before)
        let second = try run(album, options + ["--exif"], result: "a dog")
        #expect(second.status == 0 && !second.errors.contains("shares its name"))
        #expect(try self.tags(album.path("a.jpg"))["XMP-dc:Description"] == .string("a dog"))
        #expect(try self.tags(album.path("a.xmp"))["XMP-dc:Description"] == .string("a cat"))
    }

    @Test("in Lightroom's style two pictures of one stem fail, rather than that one takes the other's sidecar")
    func lightroomTwins() throws {
        let album = try album("a.jpg", "a.png", "A.jpg", "b.jpg")
        let options = ["--xmp", "--xmp-style", "lightroom"]
        let first = try run(album, options)
        #expect(first.status == 1 && first.errors.contains("Captioned 2 pictures, 2 failed"), "\(first.errors)")
        #expect(first.errors.contains("in the same file as that of a.png. Rename all but one of them, or leave --xmp"))
        #expect(album.text("a.xmp") == nil && album.text("A.xmp") != nil && album.text("b.xmp") != nil)
        let second = try run(album, ["--xmp"])
        #expect(second.status == 0 && album.text("a.jpg.xmp") != nil && album.text("a.png.xmp") != nil)
    }

    @Test("the owner's words in the picture are a description, too; what is added to goes into the sidecar with them")
    func ownWords() throws {
        let album = try album("a.jpg")
        try RealExifTool.set("-XMP-dc:Description=mine", in: album.path("a.jpg"))
        let before = album.bytes("a.jpg")
        #expect(try run(album, ["--xmp"]).errors.contains("skipped 1 with a description of its own"))
        #expect(album.files == ["a.jpg"])
        for _ in 0..<2 { #expect(try run(album, ["--xmp", "--append"]).status == 0) }
        #expect(try tags(album.path("a.jpg.xmp"))["XMP-dc:Description"] == .string("mine, a cat"))
        #expect(album.bytes("a.jpg") == before)
    }

    @Test("a sidecar that is none stays as it is, and its picture fails before it is asked about")
    func broken() throws {
        let album = try album("a.jpg", "b.jpg", "c.jpg")
        try album.add("a.jpg.xmp", Data("a letter\n".utf8))
        try album.add("b.jpg.xmp", Data())
        let server = try ScriptedServer { _ in .result("a cat") }
        for options in [[], ["--overwrite"]] {
            let run = try Client.run(
                ["folder", "CAPTION", "txt", album.path, "--xmp", "--no-captions", "--quiet"] + options,
                server: server)
            #expect(run.status == 1)
            for name in ["a", "b"] {
                let file = album.path("\(name).jpg.xmp")
                #expect(run.errors.contains("\(name).jpg failed: \(file) is no XMP that can be read"), "\(run.errors)")
            }
        }
        #expect(album.text("a.jpg.xmp") == "a letter\n" && album.bytes("b.jpg.xmp").isEmpty)
        #expect(server.requests.count == 2)
    }

    @Test("--output-dir gets the sidecars, too; a link in the place of one stays a link")
    func elsewhere() throws {
        let album = try album("in/sub/a.jpg", "in/b.jpg")
        let server = try ScriptedServer { _ in .result("a cat") }
        let run = try Client.run(
            ["folder", "CAPTION", "txt", album.path("in"), "--xmp", "--output-dir", album.path("out")], server: server)
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            album.files == [
                "in/sub/a.jpg", "in/b.jpg", "out/sub/a.txt", "out/sub/a.jpg.xmp", "out/b.txt", "out/b.jpg.xmp",
            ])
        try FileManager.default.createSymbolicLink(
            atPath: album.path("in/b.jpg.xmp"), withDestinationPath: "../out/b.jpg.xmp")
        let second = try Client.run(
            ["folder", "CAPTION", "txt", album.path("in"), "--xmp", "--append", "--no-captions", "--no-recursive"],
            server: server)
        #expect(second.status == 0, "\(second.errors)")
        #expect(try tags(album.path("out/b.jpg.xmp"))["XMP-dc:Description"] == .string("a cat"))
        let type = try FileManager.default.attributesOfItem(atPath: album.path("in/b.jpg.xmp"))[.type]
        #expect(type as? FileAttributeType == .typeSymbolicLink)
    }
}
