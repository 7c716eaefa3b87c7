import Foundation

/// A second name of a file, with the ending that its content asks for: exiftool does not write what is misnamed. It is in
/// a hidden folder beside the file.
struct TrueName {
    private let original: String
    private let folder: String
    let path: String

    /// - Throws: `ClientError.exifTool`.
    init(of file: String, type: ImageType) throws(ClientError) {
        guard let ending = type.ending else { throw .misnamed(type: type.name) }
        original = file
        folder = FileName(file).folder + "/.vision-client-\(UUID())"
        path = folder + "/picture." + ending
        guard mkdir(folder, 0o700) == 0 else { throw .cannotWrite(file, POSIXError(.init(rawValue: errno) ?? .EIO)) }
        guard link(file, path) == 0 else {
            rmdir(folder)
            throw .misnamed(type: type.name)
        }
    }

    /// Puts what exiftool has written under the second name in the place of the first.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func replaceOriginal() throws(ClientError) {
        guard rename(path, original) == 0 else {
            throw .cannotWrite(original, POSIXError(.init(rawValue: errno) ?? .EIO))
        }
    }

    /// Takes the second name away.
    func remove() {
        unlink(path)
        unlink(ExifTool.leftover(path))
        rmdir(folder)
    }
}
