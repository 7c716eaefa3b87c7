import CaptionClient
import Foundation
import Testing

@Suite("Lists that all clients for folders share")
struct SharedListsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let lists = [
        ("endings of pictures that are read", FileKinds.images),
        ("endings of pictures and films that are not read", FileKinds.unread),
        ("other endings that no caption has", FileKinds.others),
        ("folders that are left out", FileKinds.leftOutFolders),
        ("files that are left out", FileKinds.leftOutFiles),
    ]

    /// The words between the first two quotes behind the line that names the list.
    private func words(
        _ name: String, in script: String, comment: String = "#", quote: Character = "'"
    ) throws -> [String] {
        let mark = try #require(script.range(of: "\n\(comment) List: \(name)\n"), "no list of \(name)")
        let parts = script[mark.upperBound...].split(separator: quote, maxSplits: 2, omittingEmptySubsequences: false)
        try #require(parts.count == 3)
        return parts[1].split(whereSeparator: \.isWhitespace).map(String.init)
    }

    @Test(
        "the scripts, which work alone, repeat them word for word",
        arguments: ["vision-caption-folder-images.sh", "vision-caption-folder-images.ps1"])
    func repeated(script: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: script), encoding: .utf8)
            .replacing("\r\n", with: "\n")
        for (name, words) in Self.lists { #expect(try self.words(name, in: text) == words, "\(script): \(name)") }
    }

    @Test("so does the server's page")
    func page() throws {
        let file = Self.root.appending(path: "Sources/VisionAPI/Resources/folder/files.js")
        let script = try String(contentsOf: file, encoding: .utf8)
        for (name, words) in Self.lists {
            #expect(try self.words(name, in: script, comment: "//", quote: "`") == words, "\(name)")
        }
    }

    @Test("no ending is in two of them, and all are in lower case")
    func distinct() {
        let all = FileKinds.images + FileKinds.unread + FileKinds.others
        #expect(Set(all).count == all.count)
        for word in all + FileKinds.leftOutFolders { #expect(word == word.lowercased()) }
    }
}
