import CImageCodecs
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

    /// A file of a kind that is not read, and a word of what has to be said of it.
    struct Unread: Decodable {
        let file: String
        let reason: String
    }

    let files: [File]
    let resize: [Resize]
    let unread: [Unread]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens/images")

    /// Empty when the file cannot be read; a test sees to it that it is not.
    static let all: Goldens = {
        let data = try? Data(contentsOf: folder.appending(path: "goldens.json"))
        return data.flatMap { try? JSONDecoder().decode(Goldens.self, from: $0) }
            ?? Goldens(files: [], resize: [], unread: [])
    }()

    static func bytes(_ name: String, in part: String = "files") throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "\(part)/\(name)")))
    }

    /// Names of the images of some megapixels, of every format.
    static var large: [String] {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "large").path)
            try #require(names.count >= 10)
            return names.sorted()
        }
    }

    /// A packed file of Tests/Goldens/hostile, unpacked.
    static func hostile(_ name: String) throws -> [UInt8] {
        let file = folder.deletingLastPathComponent().appending(path: "hostile/\(name).gz")
        let packed = [UInt8](try Data(contentsOf: file))
        let count = packed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }  // gzip ends with it
        return [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = max(0, Int(cimage_inflate(packed, packed.count, target.baseAddress, count)))
        }
    }
}
