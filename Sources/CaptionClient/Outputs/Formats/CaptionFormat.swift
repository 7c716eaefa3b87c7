/// How captions are kept: a text file beside each image, or one file for all.
package enum CaptionFormat: String, Sendable, CaseIterable {
    case txt
    case metadataLines = "hf-jsonl"
    case kohya = "kohya-json"
    case csv
    case shards = "webdataset"
    case lines = "jsonl"

    /// Where the captions of a folder go when nobody says.
    package func path(for folder: String) -> String {
        if ImageFolder.isShard(folder) { return path(beside: FileName(folder).stem) }
        return switch self {
        case .txt: folder
        case .metadataLines: folder + "/metadata.jsonl"
        case .kohya: folder + "/meta_cap.json"
        case .csv: folder + "/metadata.csv"
        case .shards: folder + "-shards"
        case .lines: folder + "/captions.jsonl"
        }
    }

    /// The same for a single shard.
    private func path(beside stem: String) -> String {
        switch self {
        case .txt: stem
        case .metadataLines: stem + ".jsonl"
        case .kohya: stem + ".json"
        case .csv: stem + ".csv"
        case .shards: stem + "-captioned"
        case .lines: stem + "-captions.jsonl"
        }
    }

    /// Whether each task's answer has a place of its own.
    package var partsTasks: Bool { self == .kohya || self == .lines }

    /// The file; `nil` where there is none, or one that is no collection.
    /// - Parameters:
    ///   - path: Where it is.
    ///   - folder: The folder with the images.
    ///   - shardCount: Images of a shard.
    /// - Throws: `ClientError`.
    package func collection(
        path: String, folder: String, shardCount: Int, gate: AtomicFileWriter
    ) throws(ClientError) -> (any CaptionCollection)? {
        switch self {
        case .txt, .lines: nil
        case .metadataLines: try TableFile(path: path, form: MetadataLines(), gate: gate)
        case .csv: try TableFile(path: path, form: CommaSeparated(), gate: gate)
        case .kohya: try KohyaFile(path: path, folder: folder, gate: gate)
        case .shards: try ShardFiles(folder: path, maxCount: shardCount)
        }
    }
}
