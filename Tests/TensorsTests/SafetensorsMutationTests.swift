import Foundation
import Tensors
import Testing

/// A sound file, damaged at random: an error of ours, or a file that is sound after all, and never a trap.
@Suite struct SafetensorsMutationTests {
    private static let sound: [UInt8] = {
        let header =
            #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"#
            + #""b":{"dtype":"I64","shape":[0,4],"data_offsets":[12,12]},"c":{"dtype":"F32","shape":[1],"#
            + #""data_offsets":[12,16]}}"#
        return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
            + [UInt8](repeating: 7, count: 16)
    }()

    /// Whether the bytes are a file whose every tensor lies within it.
    private func opens(_ bytes: [UInt8]) throws -> Bool {
        try bytes.withUnsafeBytes { bytes in
            do {
                let file = try SafetensorsFile(name: "mutated", bytes: bytes)
                #expect(
                    file.entries.values.allSatisfy { $0.range.lowerBound >= 0 && $0.range.upperBound <= bytes.count })
                return true
            } catch is TensorError {
                return false
            }
        }
    }

    @Test("the file itself opens; cut at any byte, or with one more, it does not")
    func truncated() throws {
        #expect(try opens(Self.sound))
        for count in 0..<Self.sound.count {
            #expect(try !opens(Array(Self.sound.prefix(count))), "\(count) bytes")
        }
        #expect(try !opens(Self.sound + [0]))
    }

    @Test("100,000 damaged headers end in an error of ours, or are sound")
    func mutated() throws {
        var random = RandomValues(seed: 2026)
        let pieces = Array("0123456789-+.eE[]{}\",:\\u null".utf8) + [0, 0x80, 0xC3, 0xFF]
        var opened = 0
        for _ in 0..<100_000 {
            var bytes = Self.sound
            for _ in 0...random.int(0...3) {
                let place = random.int(0...bytes.count - 17)
                switch random.int(0...3) {
                case 0: bytes[place] ^= UInt8(1 << random.int(0...7))
                case 1: bytes[place] = pieces[random.int(0...pieces.count - 1)]
                case 2: bytes.insert(pieces[random.int(0...pieces.count - 1)], at: place)
                default: bytes.remove(at: place)
                }
            }
            // Half of them say the right length of the header, so that what is behind it is read.
            if random.int(0...1) == 0, bytes.count > 24 {
                bytes.replaceSubrange(
                    0..<8, with: withUnsafeBytes(of: UInt64(bytes.count - 24).littleEndian, Array.init))
            }
            if try opens(bytes) { opened += 1 }
        }
        #expect(opened > 0 && opened < 50_000)
    }
}
