import Foundation

/// Where the goldens of the reference and the demo model lie.
enum ReferenceGoldens {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let folder = repository.appending(path: "Tests/Goldens/reference")
    static let demoModel = repository.appending(path: "Models/demo")

    static func decode<T: Decodable>(_ type: T.Type, _ file: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: file)))
    }
}
