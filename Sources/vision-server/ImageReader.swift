import Drawings
import Foundation
import Images

/// Reads image files as the service reads images.
struct ImageReader {
    let decoder: ImageDecoder
    let processor: ImageProcessor

    func read(_ file: String) throws -> PreparedImage {
        try decoder.prepare(Array(try Self.bytes(of: file)), with: processor)
    }

    static func bytes(of file: String) throws(UnreadableFile) -> Data {
        do { return try WholeFile.read(file) } catch { throw UnreadableFile(file: file) }
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
