import Foundation

/// A page of the repository's documentation, in Markdown.
struct Document: CustomStringConvertible {
    /// Below the repository's root.
    let path: String
    let lines: [String]

    var description: String { path }
    var text: String { lines.joined(separator: "\n") }

    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOf: SourceFile.root.appending(path: path), encoding: .utf8)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private init(path: String, lines: [String]) {
        self.path = path
        self.lines = lines
    }

    /// What users read: README and the pages that it leads to.
    static func ofUsers() throws -> [Document] {
        let pages = try FileManager.default.contentsOfDirectory(atPath: SourceFile.root.appending(path: "docs").path)
        let paths = pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/" + $0 }
        return try (["README.md", "packaging/README.md"] + paths).map(Document.init)
    }

    /// What users and developers read.
    static func all() throws -> [Document] {
        try ofUsers() + ofPrograms() + ["ARCHITECTURE.md", "CONTRIBUTING.md"].map(Document.init)
    }

    /// A page for each program that is a client; docs/clients.md leads to them.
    static func ofPrograms() throws -> [Document] {
        let folder = SourceFile.root.appending(path: "docs/clients").path
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
        return try pages.sorted().map { try Document("docs/clients/" + $0) }
    }

    /// The part below a heading, up to the next one that is no deeper; `nil` where there is no such heading.
    func section(_ title: String) -> Document? {
        guard let start = lines.firstIndex(where: { Self.heading($0)?.title == title }),
            let depth = Self.heading(lines[start])?.depth
        else { return nil }
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { (Self.heading($0)?.depth ?? .max) <= depth } ?? lines.endIndex
        return Document(path: "\(path)#\(title)", lines: Array(rest[..<end]))
    }

    /// The words between backticks in a column of the tables, heads and rules apart.
    func codes(inColumn column: Int) -> Set<String> {
        let cells = lines.filter { $0.hasPrefix("|") }.map {
            $0.split(separator: "|", omittingEmptySubsequences: false)
        }
        return Set(
            cells.filter { $0.count > column + 1 }.flatMap { $0[column + 1].matches(of: /`([^`]+)`/) }.map {
                String($0.1)
            })
    }

    /// Long options that the page names.
    var options: Set<String> { Set(text.matches(of: /(^|[^\w-])(--[a-z][a-z-]*[a-z])/).map { String($0.2) }) }

    /// Variables of this project's programs that the page names.
    var variables: Set<String> { Set(text.matches(of: /VISION_[A-Z_]*[A-Z]/).map { String($0.output) }) }

    /// Methods with paths, such as `GET /model`.
    var routes: Set<String> {
        Set(text.matches(of: /(GET|HEAD|POST|PUT|PATCH|DELETE) (\/[a-z0-9_.\/{}]*)/).map { "\($0.1) \($0.2)" })
    }

    /// Where the page leads to within the repository: a path from its root, and an anchor.
    var links: [(path: String, anchor: String?)] {
        text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }.filter { !$0.contains("://") }.map { target in
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let folder = URL(filePath: "/" + path).deletingLastPathComponent()
            let file = parts[0].isEmpty ? "/" + path : folder.appending(path: parts[0]).standardized.path
            return (String(file.dropFirst()), parts.count > 1 ? parts[1] : nil)
        }
    }

    /// The anchors of the headings, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            lines.compactMap(Self.heading).map { heading in
                String(heading.title.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) })
                    .replacing(" ", with: "-")
            })
    }

    private static func heading(_ line: String) -> (depth: Int, title: String)? {
        line.wholeMatch(of: /(#+) (.+)/).map { ($0.1.count, String($0.2)) }
    }
}
