import Foundation

/// A Swift file of the repository.
struct SourceFile: CustomStringConvertible {
    /// The folder below `Sources` or `Tests`.
    let target: String
    let url: URL
    let lines: [Substring]

    var description: String { "\(target)/\(url.lastPathComponent)" }

    /// The modules that the file imports.
    var imports: Set<String> {
        let modifiers: Set<Substring> = ["public", "package", "internal", "private", "fileprivate", "@_exported"]
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "typealias", "let", "var"]
        return lines.reduce(into: []) { modules, line in
            var words = line.split(separator: " ").drop { modifiers.contains($0) }
            guard words.first == "import" else { return }
            words = words.dropFirst().drop { kinds.contains($0) }
            if let module = words.first?.split(separator: ".").first { modules.insert(String(module)) }
        }
    }

    /// The types and protocols that the file declares at its top level, the private ones too.
    var topLevelTypes: [String] {
        let declaration = /(?:[@a-z]+(?:\([a-z]+\))? )*(?:struct|class|enum|protocol|actor|typealias) (\w+).*/
        return lines.compactMap { line in line.wholeMatch(of: declaration).map { String($0.1) } }
    }

    /// The repository's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below `Sources` or `Tests`.
    static func all(below folder: String) throws -> [SourceFile] {
        let top = root.appending(path: folder)
        let paths = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil)
        let files = (paths?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        return try files.sorted { $0.path < $1.path }.map { file in
            let text = try String(contentsOf: file, encoding: .utf8)
            return SourceFile(
                target: file.pathComponents[top.pathComponents.count], url: file,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
