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
        "tiff_rgb16_lzma.tif", "tiff_rgb_zstd_predictor.tif", "tiff_rgba_webp.tif", "tiff_old_jpeg_420.tif",
        "tiff_rgb_12bit.tif", "gif_film_sixteenth.gif", "webp_film_third.webp", "jpeg_restart.jpg",
        "png_turned_profile6.png", "jpeg_turned_halves6.jpg", "webp_turned_xmp8.webp", "tiff_turned_xmp6_mm.tif",
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

    /// 32 x 32 in arithmetic codes, for which libjpeg has no warning: it takes what is missing for zeros.
    @Test func cutArithmeticCodesAreRefused() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.arithmetic)))
        #expect(try decoder.decode(bytes).width == 32)
        for count in 0..<bytes.count - 2 {
            #expect("cut to \(count)") {
                try decoder.decode(Array(bytes.prefix(count)))
            } throws: { error in
                if case ImageError.damaged = error { true } else { count < 4 }
            }
        }
    }

    private static let arithmetic = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdB\
        RkxOUlNSMj5aYVpQYEpRUk//yQALCAAgACABAREA/8wABgAQEAX/2gAIAQEAAD8A/wClHDF+zsONyyYBccMOBEByUEDrJneQ\
        8ZF5Dtd90ImzwJcNHRDiHt4RJirXO282MUVWAz3cBN+xqBy/ZPmgK3BDuBkLkes16gGZfUW5G14Z/pG4OD9lA8klEsK3ysW2\
        Kw/VCBdGjEDdQ2TO+LgpWI+qE6jo1YW6VR6SVxDbE1dVZryPCuf6W/HNEtWByzpX8PWja3qiryaLsi5AUDkNFQjT+nZFEkgj\
        TKYQ7GICdGK8uXUrI4eS1txPOPw8QoFwIFgQG0nkiAG3GWfC08ijPLgudIXrS68sh1NCG80K/utuqR4Djvv66cHR5Uc7RtuI\
        UpFlfGO9IUuKMXFXYV16OiTzNlV5wYM5C722vXW+BUfoBVa8hxmASgkzPtsvBeF1DcJHGzmeAxOHR5N4JSYnqP8Ajs2VpAXY\
        zYIVOffg4XJTFjo4KJC2VaMLqmZ4OK7mbcORUajihW5N6WMS0sfuJZJ0ULDIjDBf5xP010zFgHYYJV1H3BTrBcIneyH9Ubp1\
        vrQiVteHtUHm79pikXq+PD8WmsUxsTptCP/Z
        """

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
