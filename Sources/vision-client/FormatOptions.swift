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

    @Option(help: ArgumentHelp("Pictures of a shard of webdataset.", valueName: "n")) var shard = 1000

    /// Whether captions of images in shards can be kept so.
    var takesShards: Bool { format != .txt && format != .kohya }

    func path(for folder: String) -> String { to ?? format.path(for: folder) }

    func validate() throws {
        guard shard > 0 else { throw ValidationError("--shard is \(shard): it must be 1 or more.") }
        guard to == nil || format != .txt else {
            throw ValidationError("--to needs --format, as text files stand beside the pictures.")
        }
    }
}
