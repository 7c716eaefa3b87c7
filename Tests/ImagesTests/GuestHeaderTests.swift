import Images
import Testing

/// What is read of HEIC, AVIF and JPEG XL in this process: their headers, by our own code.
@Suite struct GuestHeaderTests {
    /// Whatever needs a process fails.
    private let decoder = ImageDecoder(program: DecoderProgram(path: "/nonexistent"))

    @Test func sizesAreLimitedBeforeAnythingIsDecoded() throws {
        var heif = try Guests.bytes("odd.heic")
        let place = try #require(heif.indices.last { heif[$0...].starts(with: [0, 0, 0, 29, 0, 0, 0, 23]) })
        heif.replaceSubrange(place..<place + 8, with: [0, 0, 255, 255, 0, 0, 255, 255])
        #expect(throws: ImageError.tooManyPixels(.heif, width: 65_535, height: 65_535, limit: 100_000_000)) {
            try decoder.decode(heif)
        }
        heif.replaceSubrange(place..<place + 8, with: [255, 255, 255, 255, 0, 0, 0, 1])
        #expect(throws: ImageError.tooManyPixels(.heif, width: 4_294_967_295, height: 1, limit: 100_000_000)) {
            try decoder.decode(heif)
        }
        heif.replaceSubrange(place..<place + 8, with: [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(throws: ImageError.damaged(.heif, "it does not say how large its picture is")) {
            try decoder.decode(heif)
        }
        // Both sides with 30 bits, all set.
        var bits = BitWriter()
        bits.put(0x0AFF, bits: 16)
        for ratio in [0, 1] {
            // At first whether sides are multiples of 8, then which width they have.
            bits.put(0b110 >> ratio, bits: 3 - ratio)
            bits.put(1 << 30 - 1, bits: 30)
            if ratio == 0 { bits.put(0, bits: 3) }
        }
        bits.put(1, bits: 1)
        let jxl = bits.bytes
        #expect("a JPEG XL file of 2^30 rows") { try decoder.decode(jxl) } throws: { error in
            guard case ImageError.tooManyPixels(.jxl, _, 1 << 30, _) = error else { return false }
            return true
        }
    }

    @Test("whatever is changed in a file, its header is read or refused", arguments: ["heic", "avif", "jxl"])
    func mutations(_ ending: String) throws {
        var random = Noise(seed: 16)
        for name in Guests.names where name.hasSuffix(ending) {
            let bytes = try Guests.bytes(name)
            for _ in 0..<200 {
                var changed = bytes
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    // Mostly where the header is.
                    let end = Bool.random(using: &random) ? 64 : 400
                    let value = random.byte()
                    changed[Int.random(in: 0..<min(end, bytes.count), using: &random)] = value < 64 ? 255 : value
                }
                if random.byte() < 64 { changed.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                do throws(ImageError) {
                    let header = try decoder.header(of: changed)
                    #expect(header.width >= 1 && header.height >= 1 && header.width * header.height <= 100_000_000)
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }

    @Test func truncationsAreAnswered() throws {
        for name in ["turned7.heic", "cropped_turned.avif", "container.jxl", "turned5.jxl"] {
            let bytes = try Guests.bytes(name)
            for count in 0..<bytes.count { _ = try? decoder.header(of: Array(bytes.prefix(count))) }
        }
    }

    @Test("a film is named as what it is")
    func films() {
        let raw = "a RAW file without a preview that can be shown"
        for (brand, name) in [("mp42", "a video"), ("qt  ", "a video"), ("crx ", raw)] {
            #expect(throws: ImageError.foreignFormat(name)) {
                try decoder.header(of: [0, 0, 0, 20] + Array("ftyp\(brand)".utf8) + [0, 0, 0, 0] + Array(brand.utf8))
            }
        }
    }

    @Test func formatsThatAreSwitchedOffAreNotLookedAt() throws {
        let decoder = ImageDecoder(formats: [.jpeg, .heif], program: DecoderProgram(path: "/nonexistent"))
        for (name, format) in [("odd.avif", ImageFormat.avif), ("odd.jxl", .jxl), ("odd.jxl.png", .png)] {
            let bytes = try Guests.bytes(name)
            #expect(throws: ImageError.switchedOff(format)) { try decoder.header(of: bytes) }
        }
        #expect(try decoder.header(of: Guests.bytes("odd.heic")).width == 29)
        #expect(
            ImageError.switchedOff(.avif).description.contains("which this server was told not to read (--formats)"))
    }
}
