public import Foundation
import Tensors

/// What the files of a model are, as far as that shows without reading the numbers of its weights.
public struct ModelInventory: Sendable {
    public struct Entry: Sendable {
        public let name: String
        public let byteCount: Int
        /// `nil`: it is part of the program.
        public let modified: Date?
        /// The first bytes, at most a megabyte: of weights their header, which names and measures each.
        public let beginning: [UInt8]
    }

    /// In the order of their names.
    public let entries: [Entry]
    public let parameterCount: Int

    public var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }
}

extension ModelFiles {
    private static let maxBeginning = 1 << 20

    /// Reads at most a megabyte of each file.
    public func inventory() -> ModelInventory {
        let weights = (try? weightFiles()) ?? []
        let parameters = weights.flatMap(\.entries.values).reduce(0.0) { $0 + $1.shape.reduce(1.0) { $0 * Double($1) } }
        return ModelInventory(
            entries: inventoryEntries().sorted { $0.name < $1.name }, parameterCount: Int(min(parameters, 1e18)))
    }

    private func inventoryEntries() -> [ModelInventory.Entry] {
        switch source {
        case .embedded(let files):
            return files.map { name, bytes in
                .init(
                    name: name, byteCount: bytes.count, modified: nil, beginning: Array(bytes.prefix(Self.maxBeginning))
                )
            }
        case .directory(let url):
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            return names.compactMap { name in
                // Files of the hub's cache are links.
                let path = url.appending(path: name).resolvingSymlinksInPath()
                let values = try? path.resourceValues(forKeys: [
                    .isRegularFileKey, .fileSizeKey, .contentModificationDateKey,
                ])
                guard let values, values.isRegularFile == true, let size = values.fileSize else { return nil }
                let handle = try? FileHandle(forReadingFrom: path)
                let beginning = (try? handle?.read(upToCount: Self.maxBeginning)) ?? Data()
                try? handle?.close()
                return .init(
                    name: name, byteCount: size, modified: values.contentModificationDate, beginning: Array(beginning))
            }
        }
    }
}
