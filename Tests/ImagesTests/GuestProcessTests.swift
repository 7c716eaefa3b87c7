import Foundation
import Images
import Synchronization
import Testing

/// The process that decodes HEIC, AVIF and JPEG XL: whatever becomes of it is an error, and it is gone afterwards.
@Suite("The process that decodes", .enabled(if: Guests.areRead, "needs libheif and libjxl"))
struct GuestProcessTests {
    private let processor = ImageProcessor()

    /// Nobody waits for longer than these take, so an error here is a moment and not a minute.
    @Test(
        "a decoder that says something else than an image is an error, and no process is left",
        arguments: [
            ("exit 3", "process"), ("kill -SEGV $$", "signal 11"),
            ("printf 'nonsense that is long enough to be read'", "cannot be decoded"),
            (reply(width: 41), "its size is not what its header said"), (reply(channels: 7), "cannot be decoded"),
            (reply(channels: 0), "its size is not what its header said"),
            (reply() + "; printf 'half a row'", "cannot be decoded"),
            ("cat >/dev/null; " + reply(tail: 900_000_000), "cannot be decoded"),
            ("printf '\\005\\000\\000\\000'; head -c 20 /dev/zero", "apt install libheif1"),
        ])
    func oddities(_ script: String, _ words: String) throws {
        let fake = try FakeDecoder(script)
        let decoder = ImageDecoder(program: fake.program)
        #expect("\(script)") { try decoder.decode(Guests.bytes("turned1.heic")) } throws: { error in
            error is ImageError && "\(error)".contains(words)
        }
        #expect(!fake.isThere)
    }

    /// A shell command that writes a reply's head.
    private static func reply(width: Int = 40, channels: Int = 3, tail: Int = 0) -> String {
        let bytes = [0, width, 24, channels, 0, tail].flatMap { number in (0..<4).map { number >> (8 * $0) & 255 } }
        return "printf '" + bytes.map { "\\" + String($0, radix: 8) }.joined() + "'"
    }

    @Test func aProgramThatIsNotThereIsNoFaultOfTheImage() throws {
        let bytes = try Guests.bytes("turned1.heic")
        #expect(throws: ImageError.noProcess(.heif)) {
            try ImageDecoder(program: DecoderProgram(path: "/nonexistent")).decode(bytes)
        }
    }

    @Test(
        "whoever leaves ends the process, one that sleeps, too", arguments: ["sleep 600; true", "while :; do :; done"])
    func leaving(_ script: String) throws {
        let fake = try FakeDecoder(script)
        let asked = Mutex(0)
        let watch = DecodeWatch { (_: Duration) throws(ImageError) in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            if number == 3 { throw .abandoned }
        }
        let decoder = ImageDecoder(program: fake.program)
        #expect(throws: ImageError.abandoned) {
            try decoder.prepare(Guests.bytes("turned1.heic"), with: processor, watch: watch)
        }
        #expect(asked.withLock { $0 } == 3)
        #expect(!fake.isThere)
    }

    @Test("the processor time of the process is counted, and ended")
    func processorTime() throws {
        let fake = try FakeDecoder("while :; do :; done")
        let limits = DecodeLimits(processorTime: .milliseconds(100))
        #expect(throws: ImageError.tooSlow(.heif, limit: .milliseconds(100))) {
            try ImageDecoder(limits: limits, program: fake.program).decode(Guests.bytes("turned1.heic"))
        }
        #expect(!fake.isThere)
        // The real one: 12 megapixels take longer.
        let seen = Mutex(Duration.zero)
        let watch = DecodeWatch { (used: Duration) throws(ImageError) in seen.withLock { $0 = max($0, used) } }
        let large = try Guests.bytes("large.jxl")
        let decoder = ImageDecoder(limits: limits, program: Guests.program)
        #expect(throws: ImageError.tooSlow(.jxl, limit: .milliseconds(100))) {
            try decoder.prepare(large, with: processor, watch: watch)
        }
        #expect(seen.withLock { $0 } <= .milliseconds(100))
        #expect(!Processes.all.contains { $0.words.contains("decode-picture") && $0.words.contains("\(large.count)") })
    }

    /// The libraries' own memory is limited to what the header made the server set aside.
    @Test func greedIsRefused() throws {
        let bytes = try Guests.bytes("large_squeezed.jxl")
        #expect(try Guests.decoder.header(of: bytes).decodeMemory < 300_000_000)
        #expect("more memory than the header tells") {
            try Guests.decoder.prepare(bytes, with: processor)
        } throws: { error in
            guard case ImageError.damaged(.jxl, let reason) = error else { return false }
            return reason.contains("memory")
        }
    }

    @Test(
        "whatever is changed in a file, its process ends and this one goes on",
        arguments: [
            "turned6.heic", "grid.heic", "alpha.avif", "alpha.jxl", "wide_exact.jxl",
        ])
    func mutations(_ name: String) throws {
        let bytes = try Guests.bytes(name)
        var noise = Noise(seed: 16)
        for _ in 0..<60 {
            var changed = bytes
            for _ in 0..<4 { changed[Int.random(in: 0..<bytes.count, using: &noise)] = noise.byte() }
            do throws(ImageError) {
                _ = try ImageDecoder(maxPixels: 1_000_000, program: Guests.program).decode(changed)
            } catch {
                #expect(error != .noProcess(.heif) && error != .noProcess(.avif) && error != .noProcess(.jxl))
            }
        }
    }
}
