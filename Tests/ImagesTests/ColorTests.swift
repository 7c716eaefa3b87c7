import Foundation
import Images
import Testing

/// What tools/reference/make_color_goldens.py wrote: images with profiles, and Pillow's ImageCms of them.
private struct ColorGoldens: Decodable {
    struct File: Decodable, CustomTestStringConvertible {
        let file: String
        let isSame: Bool
        /// Whether a library that need not be there decodes it.
        let isGuest: Bool
        let rgb: Data
        let moved: Double

        var testDescription: String { file }
        var bytes: [UInt8] { get throws { try Goldens.bytes(file, in: "profiles") } }
    }

    let width: Int
    let height: Int
    let files: [File]
    static let own = all.files.filter { !$0.isGuest }
    static let guests = all.files.filter(\.isGuest)

    /// Empty when the file cannot be read; a test sees to it that it is not.
    static let all: ColorGoldens = {
        let data = (try? Goldens.bytes("goldens.json", in: "profiles")).map { Data($0) }
        return data.flatMap { try? JSONDecoder().decode(ColorGoldens.self, from: $0) }
            ?? ColorGoldens(width: 0, height: 0, files: [])
    }()

    /// To the size of the goldens.
    static var processor: ImageProcessor {
        get throws {
            let size = #"{"size": {"width": \#(all.width), "height": \#(all.height)}}"#
            return try ImageProcessor(preprocessorConfig: Array(size.utf8))
        }
    }
}

@Suite(.enabled(if: ColorLibrary.version != nil, "lcms2 is not installed (liblcms2-2)"))
struct ColorTests {
    @Test func goldensAreThere() {
        #expect(ColorGoldens.own.count >= 39 && ColorGoldens.guests.count >= 5)
        // Ignored, as before, they would all fail below.
        #expect(ColorGoldens.all.files.allSatisfy { $0.isSame || $0.moved > 5 })
    }

    @Test(arguments: ColorGoldens.own)
    fileprivate func profilesAreConvertedAsPillowDoes(_ golden: ColorGoldens.File) throws {
        let image = try ImageDecoder().prepare(golden.bytes, with: ColorGoldens.processor).pixels
        let differences = zip(image.pixels, golden.rgb).map { abs(Int($0) - Int($1)) }
        #expect(image.pixels.count == golden.rgb.count)
        if golden.isSame {
            #expect(differences.allSatisfy { $0 == 0 })
        } else {
            #expect(Double(differences.reduce(0, +)) <= 0.5 * Double(differences.count), "mean")
            #expect(differences.max() ?? 0 <= 4, "most")
        }
    }

    /// Decoders of other makes than Pillow's, so of the colours only the mean is the same.
    @Test(.enabled(if: Guests.areRead, "libheif, libjxl or the program is missing"), arguments: ColorGoldens.guests)
    fileprivate func profilesOfGuestsAreConverted(_ golden: ColorGoldens.File) throws {
        let image = try Guests.decoder.prepare(golden.bytes, with: ColorGoldens.processor).pixels
        let differences = zip(image.pixels, golden.rgb).map { abs(Int($0) - Int($1)) }
        #expect(image.pixels.count == golden.rgb.count)
        #expect(differences.reduce(0, +) <= differences.count, "mean")
    }

    /// Threads share what a decoder has learned of profiles.
    @Test func conversionsAreSafeFromManyThreads() async throws {
        let (decoder, processor) = (ImageDecoder(), try ColorGoldens.processor)
        let files = try ColorGoldens.own.filter { $0.file != "photo_prophoto.jpg" }.map { try $0.bytes }
        let alone = try files.map { try decoder.prepare($0, with: processor).pixels }
        let wrong = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    zip(files, alone).count { (try? decoder.prepare($0, with: processor).pixels) != $1 }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    /// Whatever bytes of a profile say, the image is there, and what nothing says anything about stays as it is.
    @Test(arguments: ["jpeg_adobe.jpg", "jpeg_p3.jpg", "jpeg_gray_dots.jpg", "jpeg_camera.jpg", "jpeg_scanner.jpg"])
    func changedProfilesAreAnswered(_ name: String) throws {
        let (decoder, processor) = (ImageDecoder(), try ColorGoldens.processor)
        let bytes = try Goldens.bytes(name, in: "profiles")
        let mark = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("ICC_PROFILE\0".utf8)) })
        let length = Int(bytes[mark - 2]) << 8 | Int(bytes[mark - 1])
        let profile = mark + 14..<mark - 2 + length
        var noise = Noise(seed: UInt32(bytes.count))
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...6, using: &noise) {
                // Half of the changes go to the directory and the heads of tags; half of them are extreme numbers.
                let count = Bool.random(using: &noise) ? min(400, profile.count) : profile.count
                let value = Bool.random(using: &noise) ? noise.byte() : [0, 1, 0x7F, 0xFF][Int(noise.byte() & 3)]
                changed[profile.lowerBound + Int.random(in: 0..<count, using: &noise)] = value
            }
            #expect(try decoder.prepare(changed, with: processor).pixels.width == processor.width)
        }
    }

    @Test func changedProfilesOfInksAreAnswered() throws {
        let (decoder, processor) = (ImageDecoder(), try ColorGoldens.processor)
        let bytes = try Goldens.bytes("jpeg_cmyk.jpg", in: "profiles")
        let mark = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("ICC_PROFILE\0".utf8)) })
        var noise = Noise(seed: 7)
        for _ in 0..<60 {
            var changed = bytes
            for _ in 0..<3 { changed[Int.random(in: mark + 14..<mark + 400, using: &noise)] = noise.byte() }
            #expect(try decoder.prepare(changed, with: processor).pixels.width == processor.width)
        }
    }

    /// A profile of a PNG that inflates without end is ignored, as one is that says nothing.
    @Test func bombsAreIgnored() throws {
        let bomb = try PackedProfile.png(megabytes: 64)
        let plain = try Goldens.bytes("png_color2_8bit.png")
        let processor = try ColorGoldens.processor
        #expect(try ImageDecoder().header(of: bomb).decodeMemory < 20_000_000)
        let pixels = try ImageDecoder().prepare(bomb, with: processor).pixels
        #expect(try pixels == ImageDecoder().prepare(plain, with: processor).pixels)
    }

    /// Who decodes without a model gets what is in the file.
    @Test(arguments: ["jpeg_adobe.jpg", "jpeg_p3.jpg", "jpeg_prophoto.jpg", "jpeg_gray.jpg"])
    func decodedPixelsAreTheFilesOwn(_ name: String) throws {
        let bytes = try Goldens.bytes(name, in: "profiles")
        let image = try ImageDecoder().decode(bytes)
        let converted = try ImageDecoder().prepare(bytes, with: ColorGoldens.processor).pixels
        let own = Resize.bicubic(image, width: ColorGoldens.all.width, height: ColorGoldens.all.height)
        #expect(own != converted)
    }
}

/// PNG files whose profile is long.
private enum PackedProfile {
    /// One block of fixed codes: a byte, then runs of 258 of it.
    static func png(megabytes: Int) throws -> [UInt8] {
        var bits = BitWriter()
        bits.put(0b1, bits: 1)
        bits.put(0b01, bits: 2)
        bits.put(0b0000_1100, bits: 8)  // a zero, its code from the highest bit on: 00110000
        for _ in 0..<megabytes << 20 / 258 {
            bits.put(0b1010_0011, bits: 8)  // length 258: 11000101
            bits.put(0, bits: 5)  // distance 1
        }
        bits.put(0, bits: 7)
        let content = Array("x\0\0".utf8) + [0x78, 0x9C] + bits.bytes
        let png = try Goldens.bytes("png_color2_8bit.png")
        let kind = Array("iCCP".utf8)
        let chunk =
            Checksum.bigEndian(UInt32(content.count)) + kind + content
            + Checksum.bigEndian(Checksum.crc32((kind + content)[...]))
        return Array(png[..<33]) + chunk + png[33...]
    }
}
