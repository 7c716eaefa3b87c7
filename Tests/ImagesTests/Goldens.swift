import Foundation
import Images
import Testing

/// What tools/reference/make_image_goldens.py wrote.
struct Goldens: Decodable {
    struct File: Decodable, CustomTestStringConvertible {
        let file: String
        let width: Int
        let height: Int
        let rgb: String

        var testDescription: String { file }

        var bytes: [UInt8] {
            get throws { [UInt8](try Data(contentsOf: Goldens.folder.appending(path: "files/\(file)"))) }
        }
    }

    struct Resize: Decodable {
        let from: [Int]
        let to: [Int]
        let rgb: String
    }

    let files: [File]
    let resize: [Resize]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens/images")

    /// Empty when the file cannot be read; a test sees to it that it is not.
    static let all: Goldens = {
        let data = try? Data(contentsOf: folder.appending(path: "goldens.json"))
        return data.flatMap { try? JSONDecoder().decode(Goldens.self, from: $0) } ?? Goldens(files: [], resize: [])
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "files/\(name)")))
    }
}

/// FNV-1a, 64 bits, in hexadecimal.
func fnv1a64(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// xorshift32; the golden script draws the same bytes.
struct Noise: RandomNumberGenerator {
    private var state: UInt32

    init(seed: UInt32) { state = seed == 0 ? 1 : seed }

    mutating func byte() -> UInt8 {
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return UInt8(truncatingIfNeeded: state)
    }

    mutating func next() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

    static func bytes(_ count: Int, seed: UInt32) -> [UInt8] {
        var noise = Noise(seed: seed)
        return (0..<count).map { _ in noise.byte() }
    }
}
