import ArgumentParser
import CaptionClient

extension CaptionFormat: ExpressibleByArgument {}

/// In which form captions are kept.
struct FormatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What is written: txt beside each picture, or one file for all: hf-jsonl, kohya-json, csv, webdataset or jsonl.",
            valueName: "format"))
    var format = CaptionFormat.txt

    @Option(
        help: ArgumentHelp(
            "Where --format writes its file, or webdataset its folder of shards. (default: in the folder, or beside it)",
            valueName: "path"))
    var to: String?

    @Option(help: ArgumentHelp("Pictures of a shard of webdataset.", valueName: "n"))
    var shard = Self.defaultShard

    private static let defaultShard = 1000

    /// Whether captions of images in shards can be kept so.
    var takesShards: Bool { format != .txt && format != .kohya }

    func path(for folder: String) -> String { to ?? format.path(for: folder) }

    /// - Parameter extensions: What stands before the folder, where something does.
    /// - Throws: `ValidationError`, for what a format does not heed.
    func validate(extensions: [String], keepsFullNames: Bool) throws {
        guard format != .txt else { return }
        // A pattern such as shards/*.tar becomes several words.
        if let path = extensions.first(where: { $0.contains("/") || $0.hasSuffix(".tar") }) {
            throw ValidationError(
                "\(path) stands before the folder, and there is one folder or shard. Give the folder of the shards.")
        }
        guard !keepsFullNames else {
            throw ValidationError("--full-names is for text files beside the pictures, not for --format.")
        }
    }

    func validate() throws {
        guard shard == Self.defaultShard || format == .shards else {
            throw ValidationError("--shard is for --format webdataset.")
        }
        guard shard > 0 else { throw ValidationError("--shard is \(shard): it must be 1 or more.") }
        guard to == nil || format != .txt else {
            throw ValidationError("--to needs --format, as text files stand beside the pictures.")
        }
    }
}
