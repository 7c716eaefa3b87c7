import Foundation

/// Where the files lie that the tests of text compare with.
enum TextGoldens {
    /// Committed: Tests/Goldens.
    static func committed(_ path: String) throws -> [UInt8] {
        try read(repository.appending(path: "Tests/Goldens").appending(path: path))
    }

    /// A file of the demo model: Models/demo.
    static func demo(_ name: String) throws -> [UInt8] {
        try read(repository.appending(path: "Models/demo").appending(path: name))
    }

    /// Test data of other people's making, found by VISION_TEST_DATA; tests that need it are skipped without.
    static func testData(_ path: String) throws -> [UInt8] {
        try read(URL(filePath: testDataDirectory ?? "").appending(path: path))
    }

    static let testDataDirectory = ProcessInfo.processInfo.environment["VISION_TEST_DATA"]
    static let hasTestData = testDataDirectory?.isEmpty == false

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func read(_ url: URL) throws -> [UInt8] { try [UInt8](Data(contentsOf: url)) }
}
