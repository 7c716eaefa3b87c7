import ArgumentParser
import CaptionClient
import Drawings

/// Where drawings of the answers go.
struct DrawingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder for drawings: cat.jpg.svg shows cat.jpg with the boxes, outlines and labels of its answer.",
            valueName: "folder"))
    var draw: String?

    @Flag(help: "Let drawings refer to their pictures instead of holding them.") var drawLinked = false

    func validate() throws {
        guard draw != "" else { throw ValidationError("--draw needs a folder, such as --draw drawings.") }
        guard !drawLinked || draw != nil else {
            throw ValidationError("--draw-linked says how drawings are made: it needs --draw FOLDER.")
        }
    }

    /// - Throws: `ValidationError`, where two images would have one drawing.
    func check(_ images: [String]) throws {
        guard draw != nil, let (one, other) = DrawingFolder.rivals(among: images) else { return }
        throw ValidationError("\(one) and \(other) would have the same drawing: draw them into two folders.")
    }

    /// `nil`: nothing is drawn.
    func files(_ gate: AtomicFileWriter) -> DrawingFiles? {
        draw.map { DrawingFiles(DrawingFolder(path: $0, isLinked: drawLinked), gate: gate) }
    }
}
