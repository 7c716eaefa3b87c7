import Foundation

/// What the cache has of one commit of a model.
struct CachedSnapshot: Sendable {
    /// The snapshot's folder; `nil` where there is none.
    let folder: String?
    /// Files without which the model cannot run; where one of several would do, the usual one.
    let missing: [String]
    /// Files that the model may lack, of which nothing says whether it does: another tool may have been interrupted.
    let unsure: [String]
    /// Files that are there, but cannot be what the hub has promised.
    var damaged: [String]

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
                // Of the two, a tool fetches both or neither.
                && !(name == NeededFiles.processor && contains(NeededFiles.preprocessor))
        }
        let there = Self.used(folder, contains)
        damaged = folder.map { folder in there.filter { SnapshotFile($0, in: folder).isDamaged } } ?? []
    }

    /// The files that a model runs with, of those that are there.
    var used: [String] {
        Self.used(folder) { name in folder.map { DiskFile.isFile("\($0)/\(name)") } ?? false }
    }

    /// What has to be fetched before the model can run, for a sentence.
    var lacking: [String] { missing + damaged.map { "\($0) (which is damaged)" } }

    /// The commit that the folder is named after.
    var commit: String? { folder.map { URL(filePath: $0).lastPathComponent } }

    /// Whether a model can run with what is there.
    var isUsable: Bool { folder != nil && missing.isEmpty && damaged.isEmpty }

    /// Whether a model may run with what is there, where nothing better can be had: what looks damaged may have been
    /// published like that, and no blob's name says otherwise.
    var mayBeUsable: Bool {
        guard let folder, missing.isEmpty else { return false }
        return damaged.allSatisfy { SnapshotFile($0, in: folder).blob == nil }
    }

    /// Whether nothing is left to ask the hub about.
    var isComplete: Bool { isUsable && unsure.isEmpty }

    private static func used(_ folder: String?, _ contains: (String) -> Bool) -> [String] {
        let parts = ["vocab.json", "merges.txt", "added_tokens.json"]
        let tokenizer = contains("tokenizer.json") ? ["tokenizer.json"] : parts
        let weights = contains(NeededFiles.weights) ? [NeededFiles.weights] : [NeededFiles.index] + shards(folder)
        return ([NeededFiles.configuration] + NeededFiles.settings + tokenizer + weights).filter(contains)
    }

    /// The files that the index names; none where it cannot be read.
    private static func shards(_ folder: String?) -> [String] {
        guard let folder,
            let json = DiskFile.smallText("\(folder)/\(NeededFiles.index)", maximumBytes: 64 << 20)
        else { return [] }
        return (try? NeededFiles.shards(index: Data(json.utf8))) ?? []
    }

    private static func missingTokenizer(_ contains: (String) -> Bool) -> [String] {
        contains("tokenizer.json") || contains("vocab.json") && contains("merges.txt") ? [] : ["tokenizer.json"]
    }

    private static func missingWeights(_ folder: String?, _ contains: (String) -> Bool) -> [String] {
        if contains(NeededFiles.weights) { return [] }
        guard contains(NeededFiles.index) else { return [NeededFiles.weights] }
        let shards = shards(folder)
        return shards.isEmpty ? [NeededFiles.index] : shards.filter { !contains($0) }
    }
}
