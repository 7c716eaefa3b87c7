import Florence2
import Foundation
import Testing

/// A copy of a golden checkpoint that a test may spoil; removed when the test lets go of it.
final class CheckpointFolder {
    let url: URL

    init(copying name: String) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "checkpoint-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: ReferenceGoldens.folder.appending(path: name), to: url)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ file: String) -> URL { url.appending(path: file) }

    func remove(_ file: String) throws { try FileManager.default.removeItem(at: path(file)) }

    func write(_ text: String, to file: String) throws { try Data(text.utf8).write(to: path(file)) }

    /// Replaces every occurrence of a text in a file.
    func replace(_ text: String, by other: String, in file: String) throws {
        let content = try String(contentsOf: path(file), encoding: .utf8)
        try content.replacing(text, with: other).write(to: path(file), atomically: true, encoding: .utf8)
    }

    /// Changes the value at a path of keys in a JSON file; nil removes it.
    func set(_ keys: [String], to value: Any?, in file: String) throws {
        func changed(_ object: Any, _ keys: ArraySlice<String>) -> Any {
            guard var dictionary = object as? [String: Any], let key = keys.first else { return value ?? object }
            dictionary[key] = keys.count == 1 ? value : changed(dictionary[key] ?? [:], keys.dropFirst())
            return dictionary
        }
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: path(file)))
        try JSONSerialization.data(withJSONObject: changed(json, keys[...])).write(to: path(file))
    }

    func load() throws -> Captioner<CPUEngine> { try Captioner(ModelFiles.directory(url.path), threads: 1) }

    /// What loading says when it fails; empty where it does not. The check of the files, which reads no weights, must
    /// say the same.
    func loadingError(sourceLocation: SourceLocation = #_sourceLocation) -> String {
        let error = error { _ = try load() }
        let foundBefore = self.error { try ModelFiles.directory(url.path).check() }
        #expect(foundBefore == error, sourceLocation: sourceLocation)
        return error
    }

    private func error(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }
}
