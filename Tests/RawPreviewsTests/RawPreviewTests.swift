import Foundation
import Images
import RawPreviews
import SeededRandom
import Testing

@Suite struct RawPreviewTests {
    @Test func theLargestPreviewOfEveryFamilyIsFound() throws {
        for sample in try RawSamples().all {
            let preview = try #require(RawPreview(sample.bytes), "\(sample.name)")
            #expect(Array(sample.bytes[preview.range]) == sample.preview, "\(sample.name)")
            #expect(preview.orientation == sample.orientation, "\(sample.name)")
        }
    }

    /// The server takes the file itself, and clients send the preview: both come out upright and the same.
    @Test func previewsAreTurnedAsTheFileSays() throws {
        for sample in try RawSamples().all {
            let file = try #require(RawPreview(sample.bytes)?.file, "\(sample.name)")
            let (own, sent) = (try ImageDecoder().decode(sample.bytes), try ImageDecoder().decode(file))
            let stored = try ImageDecoder().decode(sample.preview)
            #expect(own == sent, "\(sample.name)")
            #expect(try ImageDecoder().header(of: file).orientation == sample.orientation, "\(sample.name)")
            guard sample.name != "fuji.raf" else { continue }  // whose preview itself says so
            let swaps = sample.orientation >= 5
            #expect(own.width == (swaps ? stored.height : stored.width), "\(sample.name)")
        }
    }

    /// A TIFF that is a picture, and what holds nothing but a sensor's view.
    @Test func otherFilesHaveNone() throws {
        let samples = try RawSamples()
        var writer = RawWriter()
        let raw = writer.add(samples.sensor)
        let entries: [Int: RawWriter.Value] = [
            0x0103: .short(7), 0x0106: .short(32_803), 0x0111: .long(raw), 0x0117: .long(samples.sensor.count),
        ]
        let root = writer.add(entries)
        let sensor = writer.file(root)
        #expect(RawPreview(sensor) == nil)
        var image = RawWriter()
        let jpeg = image.add(samples.small)
        let plain = image.add([0x0103: .short(6), 0x0201: .long(jpeg), 0x0202: .long(samples.small.count)])
        let tiff = image.file(plain)
        for bytes in [[], samples.large, tiff, Array("FUJIFILMCCD-RAW".utf8)] { #expect(RawPreview(bytes) == nil) }
        #expect(throws: ImageError.foreignFormat("a RAW file without a preview that can be shown")) {
            try ImageDecoder().decode(Array("FUJIFILMCCD-RAW ".utf8) + [UInt8](repeating: 0, count: 200))
        }
    }

    /// A directory that leads back to itself, and boxes without end.
    @Test func circlesEnd() throws {
        var writer = RawWriter(more: Array("CR\u{2}\0".utf8))
        let start = writer.bytes.count
        let children = (0..<40).flatMap { _ in writer.numbers((start, 4)) }
        let circle = writer.numbers((1, 2), (0x014A, 2), (4, 2), (40, 4), (start + 18, 4), (start, 4))
        _ = writer.add(circle + children)
        #expect(RawPreview(writer.file(start)) == nil)
        let box: [UInt8] = [0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65]
        let boxes = [0, 0, 0, 16] + Array("ftypcrx ".utf8) + [0, 0, 0, 1] + (0..<100_000).flatMap { _ in box }
        #expect(RawPreview(boxes) == nil)
    }

    @Test func changedFilesAreAnswered() throws {
        var random = SplitMix(seed: 16)
        for sample in try RawSamples().all {
            for _ in 0..<400 {
                var changed = sample.bytes
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    let extreme: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
                    changed[Int.random(in: 0..<changed.count, using: &random)] =
                        Bool.random(using: &random)
                        ? .random(in: 0...255, using: &random)
                        : extreme.randomElement(using: &random) ?? 0
                }
                if Bool.random(using: &random) { changed.removeLast(Int.random(in: 0..<changed.count, using: &random)) }
                _ = RawPreview(changed)?.file
            }
        }
    }

    /// A file that is shorter than it says, or gone, while it is read.
    @Test func filesThatVanishAreAnswered() throws {
        let sample = try #require(try RawSamples().all.first)
        for limit in 0..<60 {
            var reads = 0
            let source = RawSource(count: sample.bytes.count) { offset, count in
                reads += 1
                return reads > limit ? nil : Array(sample.bytes[offset..<offset + count])
            }
            _ = RawPreview(source)?.file
        }
    }

    private static let exiftool = ["/usr/bin/exiftool", "/usr/local/bin/exiftool", "/opt/homebrew/bin/exiftool"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// exiftool finds the same bytes under one of the names that it has for previews.
    @Test(.enabled(if: exiftool != nil, "exiftool is not installed"))
    func exiftoolFindsTheSame() throws {
        let tool = try #require(Self.exiftool)
        let folder = FileManager.default.temporaryDirectory.appending(path: "raw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for sample in try RawSamples().all {
            let file = folder.appending(path: sample.name)
            try Data(sample.bytes).write(to: file)
            let names = ["PreviewImage", "JpgFromRaw", "OtherImage"]
            let found = try names.contains { [UInt8](try Self.run(tool, "-b", "-\($0)", file.path)) == sample.preview }
            #expect(found, "\(sample.name)")
        }
    }

    private static func run(_ tool: String, _ arguments: String...) throws -> Data {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: tool)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
