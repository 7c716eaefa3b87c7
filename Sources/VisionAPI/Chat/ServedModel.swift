import CDigest
import Captioning
import Florence2
import Foundation
import Synchronization

/// The model that is served, as lists of models show it.
struct ServedModel: Sendable {
    /// What it is called: of a directory its last component, else its name on the hub.
    let id: String
    let precision: String
    private let assets: @Sendable () -> ModelAssets?
    private let known = KnownFacts()

    /// - Parameter assets: The model's files, where they are there.
    init(id: String, precision: String, assets: @escaping @Sendable () -> ModelAssets?) {
        self.id = id
        self.precision = precision
        self.assets = assets
    }

    /// What may be asked for: the id, short names, and a name for each task. Some programs only list names with `vision`.
    var names: [String] {
        [id, "florence-2", "florence-2-vision"] + TaskName.aliases.map { "florence-2:\($0.name)" }
    }

    /// Whether a client means this model, with `:latest` behind it or without.
    func lists(_ name: String) -> Bool {
        let name = name.hasSuffix(":latest") ? String(name.dropLast(7)) : name
        return names.contains { $0.lowercased() == name.lowercased() }
    }

    /// The model's name in an answer: as it was asked for.
    func echo(_ asked: String?) -> String {
        guard let asked, !asked.isEmpty else { return id }
        return String(asked.prefix(1000))
    }

    /// Read once, when the files are there.
    func facts() -> ModelFacts {
        known.facts.withLock { facts in
            if let facts { return facts }
            guard let assets = assets() else { return ModelFacts(absent: id, since: known.start) }
            let read = ModelFacts(assets.files.inventory(), start: known.start)
            facts = read
            return read
        }
    }

    private final class KnownFacts: Sendable {
        let start = KnownFacts.programDate
        let facts = Mutex<ModelFacts?>(nil)

        private static var programDate: Date {
            let values = try? Bundle.main.executableURL?.resourceValues(forKeys: [.contentModificationDateKey])
            return values?.contentModificationDate ?? Date()
        }
    }
}

/// What a list of models tells of one.
struct ModelFacts: Sendable {
    let byteCount: Int
    let parameterCount: Int
    /// When its newest file was changed; of the model that is part of the program, the program's file.
    let date: Date
    /// SHA-256 over the names and sizes of its files and the first megabyte of each: of weights all but their numbers.
    let digest: String

    init(_ inventory: ModelInventory, start: Date) {
        byteCount = inventory.byteCount
        parameterCount = inventory.parameterCount
        date = inventory.entries.compactMap(\.modified).max() ?? start
        digest = Self.digest(
            inventory.entries.map { [UInt8]("\($0.name)\n\($0.byteCount)\n".utf8) + $0.beginning })
    }

    /// Of files that are still to be fetched.
    init(absent id: String, since start: Date) {
        byteCount = 0
        parameterCount = 0
        date = start
        digest = Self.digest([Array(id.utf8)])
    }

    private static func digest(_ pieces: [[UInt8]]) -> String {
        var digest = [UInt8](repeating: 0, count: CDIGEST_SHA256_SIZE)
        guard let hash = cdigest_create(CInt(CDIGEST_SHA256)) else { return "" }
        defer { cdigest_destroy(hash) }
        for piece in pieces { _ = cdigest_update(hash, piece, piece.count) }
        _ = cdigest_read(hash, &digest)
        return digest.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    }
}
