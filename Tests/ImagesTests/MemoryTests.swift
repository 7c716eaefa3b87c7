import Foundation
import Images
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What a header says of memory holds.
@Suite struct MemoryTests {
    /// 100 megapixels of every kind of RGB JPEG and PNG fit into what decoding may take by default. The headers alone
    /// are made larger: nothing is decoded.
    @Test func hundredMegapixelsFit() throws {
        let names = Goldens.all.files.map(\.file).filter { $0.hasPrefix("jpeg_") || $0.hasPrefix("png_color") }
        #expect(names.count >= 50)
        for name in names {
            var bytes = try Goldens.bytes(name)
            if name.hasPrefix("png_") {
                bytes.replaceSubrange(16..<24, with: [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10])
                bytes.replaceSubrange(29..<33, with: Checksum.bigEndian(Checksum.crc32(bytes[12..<29])))
            } else {
                let frame = try #require(
                    bytes.indices.dropLast().first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) })
                bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x27, 0x10, 0x27, 0x10])
            }
            let header = try ImageDecoder().header(of: bytes)
            #expect(header.width == 10_000)
            let keepsAll = name.contains("progressive") || name.contains("interlaced")
            let limit = name.contains("cmyk") && keepsAll ? 900_000_000 : keepsAll ? 700_000_000 : 30_000_000
            #expect(header.decodeMemory <= limit, "\(name) \(header.decodeMemory)")
        }
    }

    /// What an image without loss may need for its tables leaves room for good ones.
    @Test func largeImagesWithoutLossFit() throws {
        let sizes = [(1024, 1024, 1_000_000), (2500, 4000, 12_000_000), (5000, 4000, 25_000_000)]
        for (width, height, size) in sizes {
            let webp = LosslessWebP.claim(width: width, height: height, size: size)
            #expect(try ImageDecoder().header(of: webp).decodeMemory <= 720_000_000, "\(width) x \(height)")
        }
    }

    /// ZSTD's window may be as long as a strip of up to 128 MB.
    @Test func longWindowsAreReckoned() throws {
        var tiff = try Goldens.bytes("tiff_zstd.tif", in: "large")
        for tag in [0x00, 0x01, 0x16] as [UInt8] {  // width, height, rows a strip
            let entry = try #require(tiff.indices.dropLast(4).first { tiff[$0...].starts(with: [tag, 1, 4, 0]) })
            tiff.replaceSubrange(entry + 8..<entry + 12, with: [0x40, 0x1F, 0, 0])
        }
        let header = try ImageDecoder().header(of: tiff)
        #expect(header.width == 8000)
        #expect(header.decodeMemory > 128 << 20)
    }

    #if os(Linux) && canImport(Glibc)
        /// As many Huffman groups as a file may have, and a text of 24 MB that nobody reads.
        @Test func hostileFilesStayWithinWhatTheirHeadersSay() async {
            await #expect(processExitsWith: .success) {
                Self.giveBackLargeBlocks()
                let profile = try TextChunk.png(
                    "tEXt", "Raw profile type exif", text: [UInt8](repeating: 0x30, count: 24_000_000))
                for bytes in [LosslessWebP.manyGroups(), profile] {
                    try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))  // forgets the peak
                    let before = try Self.status("VmRSS")
                    let header = try ImageDecoder().header(of: bytes)
                    _ = try ImageDecoder().prepare(bytes, with: ImageProcessor())
                    let taken = try Self.status("VmHWM") - before
                    #expect(taken <= header.decodeMemory + 2_000_000, "\(header.format)")
                }
            }
        }

        /// In a process of its own, where nothing else takes memory: the peak of each decode is below what its header
        /// says.
        @Test func decodesStayWithinWhatTheirHeadersSay() async {
            await #expect(processExitsWith: .success) {
                Self.giveBackLargeBlocks()
                for name in try Goldens.large {
                    let bytes = try Goldens.bytes(name, in: "large")
                    let header = try ImageDecoder().header(of: bytes)
                    try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))  // forgets the peak
                    let before = try Self.status("VmRSS")
                    _ = try ImageDecoder().prepare(bytes, with: ImageProcessor())
                    let taken = try Self.status("VmHWM") - before
                    // A first decode of a kind also brings code into memory.
                    #expect(taken <= header.decodeMemory + 2_000_000, "\(name)")
                }
            }
        }

        /// From now on what was taken in blocks of 64 KB or more goes back to the system at once, and nothing of an
        /// earlier decode serves a later one: mallopt, which no module exports.
        private static func giveBackLargeBlocks() {
            typealias Option = @convention(c) (Int32, Int32) -> Int32
            let mmapThreshold: Int32 = -3
            guard let address = dlsym(nil, "mallopt") else { return }
            _ = unsafeBitCast(address, to: Option.self)(mmapThreshold, 65_536)
        }

        /// Bytes.
        private static func status(_ field: String) throws -> Int {
            let text = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
            let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
            return 1024 * (try #require(Int(line.filter(\.isNumber))))
        }
    #endif
}
