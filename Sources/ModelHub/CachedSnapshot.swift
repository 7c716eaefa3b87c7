import Foundation

/// What the cache has of one commit of a model.
struct CachedSnapshot: Sendable {
    /// The snapshot's folder; `nil` where there is none.
    let folder: String?
    /// Files without which the model cannot run; where one of several would do, the usual one.
    let missing: [String]
    /// Files that the model may lack, of which nothing says whether it does: another tool may have been interrupted.
    let unsure: [String]

    /// - Parameters:
    ///   - absent: Files that the commit is known not to have.
    ///   - listed: All files that the commit has, where that is known.
    init(folder: String?, absent: Set<String> = [], listed: Set<String>? = nil) {
        self.folder = folder
        let contains = { (name: String) in folder.map { DiskFile.isFile("\($0)/\(name)") } ?? false }
        let configuration = contains(NeededFiles.configuration) ? [] : [NeededFiles.configuration]
        missing = configuration + Self.missingTokenizer(contains) + Self.missingWeights(folder, contains)
        unsure = NeededFiles.settings.filter { name in
            !contains(name) && !absent.contains(name) && listed?.contains(name) != false
        }
    }

    /// The commit that the folder is named after.
    var commit: String? { folder.map { URL(filePath: $0).lastPathComponent } }

    /// Whether a model can run with what is there.
    var isUsable: Bool { folder != nil && missing.isEmpty }

    /// Whether nothing is left to ask the hub about.
    var isComplete: Bool { isUsable && unsure.isEmpty }

    private static func missingTokenizer(_ contains: (String) -> Bool) -> [String] {
        contains("tokenizer.json") || contains("vocab.json") && contains("merges.txt") ? [] : ["tokenizer.json"]
    }

    private static func missingWeights(_ folder: String?, _ contains: (String) -> Bool) -> [String] {
        if contains(NeededFiles.weights) { return [] }
        guard let folder, contains(NeededFiles.index) else { return [NeededFiles.weights] }
        guard let json = DiskFile.smallText("\(folder)/\(NeededFiles.index)", maximumBytes: 64 << 20),
            let shards = try? NeededFiles.shards(index: Data(json.utf8))
        else { return [NeededFiles.index] }
        return shards.filter { !contains($0) }
    }
}
