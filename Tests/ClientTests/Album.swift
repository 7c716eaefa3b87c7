import CaptionClient
import Foundation

/// A folder of images for one test; removed at the end.
final class Album {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vision client album \(UUID())")

    /// Each image holds its own name, so that a server can tell which one it got.
    init(_ names: String...) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in names { try add(name) }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.path }

    func path(_ name: String) -> String { folder.path + "/" + name }

    func add(_ name: String, _ content: Data? = nil) throws {
        let url = URL(filePath: path(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try (content ?? Data(name.utf8)).write(to: url)
    }

    /// A file's text; `nil` when it is not there.
    func text(_ name: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path(name)))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A file's bytes; none when it is not there.
    func bytes(_ name: String) -> Data { (try? Data(contentsOf: URL(filePath: path(name)))) ?? Data() }

    func permit(_ permissions: Int, _ name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path(name))
    }

    /// The lines of a file, as JSON objects.
    func lines(_ name: String) throws -> [[String: String]] {
        try (text(name) ?? "").split(separator: "\n").map { line in
            let fields = try JSONDecoder().decode([String: AnyJSON].self, from: Data(line.utf8))
            return fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
        }
    }

    /// Every file below the folder, hidden ones included.
    var files: Set<String> {
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
        return Set(
            names.filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder) && !isFolder.boolValue
            })
    }
}
