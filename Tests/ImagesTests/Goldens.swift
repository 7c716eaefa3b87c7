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
