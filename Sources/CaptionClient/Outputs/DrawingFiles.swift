package import Drawings
import Foundation
package import VisionAPITypes

/// Writes images with the places of their answers drawn over them, as SVG.
package struct DrawingFiles: Sendable {
    private let folder: DrawingFolder
    private let gate: AtomicFileWriter

    package init(_ folder: DrawingFolder, gate: AtomicFileWriter) {
        self.folder = folder
        self.gate = gate
    }

    /// Whether an image has its drawing.
    func contains(_ name: String) -> Bool { folder.content(of: folder.file(for: name)) == .drawing }

    /// Why an image's drawing will not be written, as a sentence; `folder` may be in the way as well.
    func obstacle(_ name: String) -> String? {
        let file = folder.file(for: name)
        return switch folder.content(of: file) {
        case .nothing, .drawing: nil
        case .foreign: "\(ClientError.noDrawing(file))"
        case .unreachable(let code): "\(ClientError.cannotWrite(file, code))"
        }
    }

    /// The folder that an image's drawing needs to be writable: its own, or the one that this is to be made in.
    func folder(_ name: String) -> String { DrawingFolder.nearestFolder(of: folder.file(for: name)) }

    /// Whether every drawing meets what this one of the drawings' folders does.
    func isRoot(_ folder: String) -> Bool { self.folder.isBelow(folder) }

    /// - Throws: `ClientError`, where an image's drawing cannot go.
    package func check(_ name: String) throws(ClientError) {
        let file = folder.file(for: name)
        if folder.content(of: file) == .foreign { throw .noDrawing(file) }
        if let code = folder.obstacle(to: file) { throw .cannotWrite(file, code) }
    }

    /// Draws the answers to one or several tasks, over a drawing that is there already, too.
    ///
    /// - Parameters:
    ///   - name: The image's name, or its path below the folder that is worked through.
    ///   - isTemporary: Whether the image's file goes away, so that nothing can refer to it.
    ///   - size: As the server told it.
    /// - Throws: `ClientError`.
    package func write(
        _ results: [AnyJSON], name: String, image: ImageFile, isTemporary: Bool = false, size: ImageSize?
    ) throws(ClientError) {
        try check(name)
        let file = folder.file(for: name)
        guard let size else { throw .noImageSize }
        do {
            try folder.makeFolder(of: file)
        } catch {
            throw .cannotWrite(file, error)
        }
        let drawn = try drawn(image, isTemporary: isTemporary, for: file)
        let drawing = try Self.drawing(results, size, title: name, drawn)
        try gate.replace(file, with: drawing.svg())
    }

    /// Of a RAW file its preview: no browser shows the file itself, held or linked.
    private func drawn(
        _ image: ImageFile, isTemporary: Bool, for drawing: String
    ) throws(ClientError) -> DrawnImage {
        if let preview = try image.preview(byContent: true) { return .embedded(Data(preview)) }
        let folder = isTemporary ? DrawingFolder(path: folder.path, isLinked: false) : folder
        do {
            return try folder.image(image.path, for: drawing)
        } catch {
            throw .unreadable("The file cannot be read: \(SystemReason.text(error)).")
        }
    }

    private static func drawing(
        _ results: [AnyJSON], _ size: ImageSize, title: String, _ image: DrawnImage
    ) throws(ClientError) -> Drawing {
        var texts: [String] = []
        var places: [Place] = []
        for result in results {
            if case .string(let text) = result {
                texts.append(text)
            } else {
                guard let json = try? JSONEncoder().encode(result),
                    let found = try? JSONDecoder().decode(Places.self, from: json)
                else { throw .noPlaces }
                places += found.list
            }
        }
        return Drawing(
            width: size.width, height: size.height, title: title,
            text: texts.isEmpty ? nil : texts.joined(separator: "\n"), image: image, places: Places(places))
    }
}
