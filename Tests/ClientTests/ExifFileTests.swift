import CaptionClient
import Foundation
import Testing

@Suite("The files that --exif writes into", .enabled(if: exifToolPath != nil, "exiftool is not installed"))
struct ExifFileTests {
    private func run(_ folder: String, _ options: [String] = []) throws -> ClientRun {
        let server = try ScriptedServer { _ in .result("a cat") }
        return try Client.run(
            ["folder", "CAPTION", "txt", folder, "--exif", "--no-captions"] + options, server: server)
    }

    private func changed(_ file: String) throws -> timespec {
        var status = stat()
        try #require(stat(file, &status) == 0)
        #if canImport(Darwin)
            return status.st_mtimespec
        #else
            return status.st_mtim
        #endif
    }

    @Test("they keep the time of the last change to the nanosecond, unless they may not")
    func times() throws {
        let album = try RealExifTool.album(["a.jpg", "misnamed.png"])
        let time = timespec(tv_sec: 981_173_106, tv_nsec: 123_456_789)
        for (option, isKept) in [("--preserve-times", true), ("--no-preserve-times", false)] {
            for file in album.files { utimensat(AT_FDCWD, album.path(file), [time, time], 0) }
            #expect(try run(album.path, ["--overwrite", option]).status == 0)
            for file in ["a.jpg", "misnamed.png"] {
                let after = try changed(album.path(file))
                #expect((after.tv_sec == time.tv_sec) == isKept, "\(file)")
                #expect((after.tv_nsec == time.tv_nsec) == isKept, "\(file)")
            }
        }
    }

    @Test("a picture that is a link stays one; the file that it leads to is written, also outside of the folder")
    func link() throws {
        let album = try RealExifTool.album(["elsewhere/real.jpg"])
        try FileManager.default.createDirectory(atPath: album.path("in"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: album.path("in/a.jpg"), withDestinationPath: "../elsewhere/real.jpg")
        let run = try run(album.path("in"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(try RealExifTool.tags(album.path("elsewhere/real.jpg"))["XMP-dc:Description"] == .string("a cat"))
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: album.path("in/a.jpg"))
        #expect(target == "../elsewhere/real.jpg" && album.files == ["in/a.jpg", "elsewhere/real.jpg"])
    }

    @Test(
        "where exiftool has no place for metadata, the way out is said, and works",
        arguments: ["guests/film.jxl", "files/bmp_16bit.bmp"])
    func noPlace(sample: String) throws {
        let picture = RealExifTool.goldens.appending(path: "images/\(sample)")
        let (album, file) = (try Album(), picture.lastPathComponent)
        try album.add(file, try Data(contentsOf: picture))
        let run = try run(album.path)
        #expect(run.status == 1)
        #expect(
            run.errors.contains(" --xmp without --exif writes an XMP file beside the picture instead.\n"),
            "\(run.errors)")
        let server = try ScriptedServer { _ in .result("a cat") }
        let other = try Client.run(
            ["folder", "CAPTION", "txt", album.path, "--xmp", "--no-captions"], server: server)
        #expect(other.status == 0, "\(other.errors)")
        #expect(try RealExifTool.tags(album.path(file + ".xmp"))["XMP-dc:Description"] == .string("a cat"))
    }
}
