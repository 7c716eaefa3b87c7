import ArgumentParser
import CaptionClient
import Foundation

/// Where captions are written.
struct PlaceOptions: ParsableArguments {
    @Flag(help: "Keep the ending of the picture's name: cat.jpg gets cat.jpg.txt.") var fullNames = false

    @Option(
        help: ArgumentHelp(
            "Folder that gets the caption files, in the same folders as the pictures have.", valueName: "folder"))
    var outputDir: String?

    /// The absolute path of `--output-dir`.
    var outputFolder: String? {
        outputDir.map { $0.hasPrefix("/") ? $0 : FileManager.default.currentDirectoryPath + "/" + $0 }
    }

    func validate() throws {
        guard outputDir != "" else { throw ValidationError("--output-dir needs a folder.") }
    }
}
