import ArgumentParser
import Images

/// Which images are read.
struct ImageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Formats that are read, separated by commas. [env: VISION_SERVER_FORMATS] "
                + "(default: \(ImageFormat.allCases.map(\.rawValue).joined(separator: ",")))",
            valueName: "names"))
    var formats: String?

    func decoder(_ settings: Settings) throws -> ImageDecoder {
        guard let text = settings.text("formats", formats) else { return ImageDecoder() }
        let names = text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " }.lowercased() }
        let chosen = names.map { Self.otherNames[$0] ?? ImageFormat(rawValue: $0) }
        guard !chosen.isEmpty, !chosen.contains(nil) else {
            throw ValidationError(
                "\(settings.name("formats", formats)) is \"\(text)\": it must be some of "
                    + "\(ImageFormat.allCases.map(\.rawValue).joined(separator: ",")).")
        }
        return ImageDecoder(formats: Set(chosen.compactMap(\.self)))
    }

    /// What files of these formats are called, too.
    private static let otherNames: [String: ImageFormat] = ["jpg": .jpeg, "tif": .tiff, "heic": .heif, "hif": .heif]
}
