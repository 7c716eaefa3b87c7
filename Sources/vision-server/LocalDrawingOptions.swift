import ArgumentParser
import Drawings
import Florence2
import Foundation
import Images

/// Where drawings of the answers go.
struct LocalDrawingOptions: ParsableArguments {
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

    /// The drawing of an image; `nil` where nothing is drawn.
    ///
    /// - Throws: `ForeignFile`, `UnwritableFile`.
    func file(for image: String) throws -> DrawingFile? {
        guard let draw else { return nil }
        return try DrawingFile(image, DrawingFolder(path: draw, isLinked: drawLinked))
    }
}

/// The place of an image's drawing.
struct DrawingFile {
    private let image: String
    private let folder: DrawingFolder
    private let path: String

    /// - Throws: `ForeignFile`, `UnwritableFile`: what is seen before the model is asked.
    init(_ image: String, _ folder: DrawingFolder) throws {
        self.image = image
        self.folder = folder
        path = folder.file(for: DrawingFolder.name(of: image))
        if folder.content(of: path) == .foreign { throw ForeignFile(path: path) }
        if let code = folder.obstacle(to: path) { throw UnwritableFile(path: path, code: code) }
    }

    /// Puts the drawing in its place as a whole.
    ///
    /// - Throws: `UnwritableFile`, `UnreadableFile`.
    func write(_ answer: Answer, of upright: PreparedImage) throws {
        let (text, places): (String?, Places) =
            if case .text(let text) = answer {
                (text, Places([]))
            } else {
                (nil, try JSONDecoder().decode(Places.self, from: JSONEncoder().encode(answer)))
            }
        do {
            try folder.makeFolder(of: path)
        } catch {
            throw UnwritableFile(path: path, code: error.code.rawValue)
        }
        let drawing = Drawing(
            width: upright.originalWidth, height: upright.originalHeight, title: DrawingFolder.name(of: image),
            text: text, image: try drawn(), places: places)
        do {
            try WholeFile.write(drawing.svg(), to: path)
        } catch {
            throw UnwritableFile(path: path, code: error.code.rawValue)
        }
    }

    /// Of a RAW file its preview: no browser shows the file itself, held or linked.
    private func drawn() throws(UnreadableFile) -> DrawnImage {
        if let preview = ImageDecoder.preview(of: Array(try ImageReader.bytes(of: image))) {
            return .embedded(Data(preview))
        }
        do { return try folder.image(image, for: path) } catch { throw UnreadableFile(file: image) }
    }
}

/// Something that is no drawing is in a drawing's place.
struct ForeignFile: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "\(path) is none of the drawings that --draw makes, so it was left as it is. Move it away, or give another folder."
    }
}

/// A drawing that the disk or its permissions do not take.
struct UnwritableFile: Error, CustomStringConvertible {
    let path: String
    /// The system's reason, as `errno`.
    let code: Int32

    var description: String {
        if code == ENOSPC || code == EDQUOT { return "The disk is full: \(path) cannot be written. Make room." }
        let reason = String(cString: strerror(code))
        return "\(path) cannot be written: \(reason.prefix(1).lowercased() + reason.dropFirst())."
    }
}
