import Foundation
import Images

/// Reads image files as the service reads images.
struct ImageReader {
    let decoder: ImageDecoder
    let processor: ImageProcessor

    func read(_ file: String) throws -> PreparedImage {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: file)))
        } catch {
            throw UnreadableFile(file: file)
        }
        return try decoder.prepare(bytes, with: processor)
    }
}

/// A file that is not there, is a directory, or may not be read.
struct UnreadableFile: Error, CustomStringConvertible {
    let description: String

    init(file: String) {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory)
        description =
            if !exists {
                "There is no such file."
            } else if isDirectory.boolValue {
                "This is a directory, not a picture."
            } else {
                "The file cannot be read."
            }
    }
}
