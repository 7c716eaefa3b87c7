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

    /// Why an image's drawing will not be written, as a sentence.
    func obstacle(_ name: String) -> String? {
        do throws(ClientError) { try check(name) } catch { return "\(error)" }
        return nil
    }

    /// - Throws: `ClientError.noDrawing`, where an image's drawing cannot go.
    package func check(_ name: String) throws(ClientError) {
        let file = folder.file(for: name)
        if folder.content(of: file) == .foreign { throw .noDrawing(file) }
    }

    /// Draws the answers to one or several tasks, over a drawing that is there already, too.
    ///
    /// - Parameters:
    ///   - name: The image's name, or its path below the folder that is worked through.
    ///   - size: As the server told it.
    /// - Throws: `ClientError`.
    package func write(
        _ results: [AnyJSON], name: String, image: ImageFile, size: ImageSize?
    ) throws(ClientError) {
        try check(name)
        let file = folder.file(for: name)
        guard let size else { throw .noImageSize }
        do {
            try folder.makeFolder(of: file)
        } catch {
            throw .cannotWrite(file, error)
        }
        let drawn: DrawnImage
        do {
            drawn = try folder.image(image.path, for: file)
        } catch {
            throw .unreadable("The file cannot be read: \(SystemReason.text(error)).")
        }
        let drawing = try Self.drawing(results, size, title: name, drawn)
        try gate.replace(file, with: drawing.svg())
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
