import Foundation
import Images
import Testing

/// Nothing that bytes say may end the process. A limit of pixels keeps these tests quick, as it would memory.
@Suite struct HostileInputTests {
    private let decoder = ImageDecoder(maxPixels: 1_000_000)

    /// The kinds that differ most in how they are read.
    static let kinds = [
        "png_color6_8bit_interlaced.png", "png_color3_4bit_trns.png", "png_exif8.png", "jpeg_baseline_420_37x23.jpg",
        "jpeg_progressive_422_37x23.jpg", "jpeg_progressive_cmyk.jpg", "jpeg_exif6.jpg", "webp_lossy_alpha.webp",
        "webp_lossless.webp", "webp_animated_offset.webp", "gif_interlaced.gif", "gif_transparent_offset.gif",
        "gif_compressed.gif", "bmp_rle8.bmp", "bmp_rle4.bmp", "bmp_16bit_565.bmp", "bmp_4bit_core.bmp",
        "bmp_32bit_alpha.bmp", "tiff_rgb_lzw.tif", "tiff_l_jpeg.tif", "tiff_rgb_jpeg.tif", "tiff_1_group4.tif",
        "tiff_palette_4bit.tif", "tiff_tiles_planes.tif", "tiff_ycbcr.tif", "tiff_gray_alpha_16bit.tif",
    ]

    @Test(arguments: kinds)
    func everyTruncationIsAnsweredAndNoneGivesOtherPixels(_ name: String) throws {
        let bytes = try Goldens.bytes(name)
        let whole = try decoder.decode(bytes)
        var failures = 0
        for count in 0..<bytes.count {
            do {
                let image = try decoder.decode(Array(bytes.prefix(count)))
                #expect(image.pixels == whole.pixels, "cut to \(count) of \(bytes.count) bytes")
            } catch {
                failures += 1
            }
        }
        #expect(failures >= bytes.count / 2)
    }

    @Test(arguments: kinds)
    func changedBytesAreAnswered(_ name: String) throws {
        let bytes = try Goldens.bytes(name)
        var noise = Noise(seed: UInt32(bytes.count))
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &noise) {
                // Headers are short: half of the changes go there.
                let end = Bool.random(using: &noise) ? min(64, bytes.count) : bytes.count
                changed[Int.random(in: 0..<end, using: &noise)] = noise.byte()
            }
            answer(changed)
        }
    }

    @Test(arguments: kinds)
    func shuffledPartsAreAnswered(_ name: String) throws {
        let bytes = try Goldens.bytes(name)
        var noise = Noise(seed: 5)
        for _ in 0..<50 {
            let start = Int.random(in: 0..<bytes.count, using: &noise)
            let end = Int.random(in: start..<bytes.count, using: &noise)
            answer(Array(bytes[..<start] + bytes[end...]))
            answer(Array(bytes[..<end] + bytes[start...]))
        }
    }

    @Test func noiseBehindEverySignatureIsAnswered() throws {
        for name in Self.kinds {
            let start = try Goldens.bytes(name).prefix(16)
            for seed in 1...40 as ClosedRange<UInt32> { answer(start + Noise.bytes(300, seed: seed)) }
        }
    }

    /// A result, or an error whose sentence can be shown to a stranger.
    private func answer(_ bytes: [UInt8]) {
        do {
            _ = try decoder.decode(bytes)
        } catch {
            #expect(!error.description.contains(/0x[0-9a-f]{6,}|\/home\/|\.c:/), "\(error)")
        }
    }
}

/// Headers that promise more than anybody wants to decode.
@Suite struct BombTests {
    @Test func hugeSizesAreRefusedBeforeDecoding() throws {
        var png = try Goldens.bytes("png_color2_8bit.png")
        png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
        png.replaceSubrange(29..<33, with: Self.bigEndian(Self.crc32(png[12..<29])))
        var jpeg = try Goldens.bytes("jpeg_baseline_444_37x23.jpg")
        let frame = try #require(Self.offset(of: [0xFF, 0xC0], in: jpeg))
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        var gif = try Goldens.bytes("gif_plain.gif")
        gif.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<26, with: [0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x00, 0x00, 0x80])
        for bytes in [png, jpeg, gif, bmp] {
            #expect { try ImageDecoder().decode(bytes) } throws: { error in
                guard case ImageError.tooManyPixels = error else { return false }
                return true
            }
        }
    }

    @Test func sidesBeyondTheLimitAreRefused() throws {
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<26, with: [0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00])
        #expect(throws: ImageError.tooLong(.bmp, width: 65536, height: 1, limit: 65535)) {
            try ImageDecoder().decode(bmp)
        }
    }

    @Test func emptySidesAreRefused() throws {
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<22, with: [0, 0, 0, 0])
        #expect(throws: ImageError.noPixels(.bmp, width: 0, height: 13)) { try ImageDecoder().decode(bmp) }
        var gif = try Goldens.bytes("gif_plain.gif")
        gif.replaceSubrange(6..<10, with: [0, 0, 0, 0])
        let frame = try #require(Self.offset(of: [0x2C], in: gif))
        gif.replaceSubrange(frame + 5..<frame + 9, with: [0, 0, 0, 0])
        #expect(throws: ImageError.noPixels(.gif, width: 0, height: 0)) { try ImageDecoder().decode(gif) }
    }

    @Test func scansWithoutEndAreRefused() throws {
        let jpeg = try Goldens.bytes("jpeg_progressive_gray.jpg")
        let start = try #require(Self.offset(of: [0xFF, 0xDA], in: jpeg))
        let scan = jpeg[start..<jpeg.count - 2]
        let end = try #require(Self.offset(of: [0xFF], in: Array(scan.dropFirst(10)), followedBy: { $0 != 0 })) + 10
        let first = scan.prefix(end)
        let bomb = jpeg[..<start] + (0..<2000).flatMap { _ in first } + jpeg[start...]
        #expect { try ImageDecoder().decode(Array(bomb)) } throws: { error in
            guard case ImageError.damaged(.jpeg, let reason) = error else { return false }
            return reason.contains("scans")
        }
    }

    private static func offset(
        of pattern: [UInt8], in bytes: [UInt8], followedBy isRight: (UInt8) -> Bool = { _ in true }
    ) -> Int? {
        bytes.indices.dropLast(pattern.count).first {
            bytes[$0...].starts(with: pattern) && isRight(bytes[$0 + pattern.count])
        }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF as UInt32) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
    }
}
