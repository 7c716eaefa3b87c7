/// Why bytes did not become a picture, or a processor configuration was refused.
public enum ImageError: Error, Equatable, CustomStringConvertible {
    /// There are no bytes at all.
    case empty
    /// The bytes are in no format known here.
    case notAPicture
    /// The bytes are in a format that is known by name only.
    case foreignFormat(String)
    /// A side of the picture is 0.
    case noPixels(ImageFormat, width: Int, height: Int)
    /// The picture has more pixels than `limit`.
    case tooManyPixels(ImageFormat, width: Int, height: Int, limit: Int)
    /// A side is longer than `limit`.
    case tooLong(ImageFormat, width: Int, height: Int, limit: Int)
    /// The file breaks the rules of its format or ends early.
    case damaged(ImageFormat, String)
    /// A kind of the format that is not read here.
    case unsupported(ImageFormat, String)
    /// preprocessor_config.json asks for what is not done here.
    case configuration(String)

    public var description: String {
        switch self {
        case .empty:
            "The picture is empty (0 bytes). Send a \(ImageFormat.acceptedNames) file."
        case .notAPicture:
            "The file is no picture that is known here. Send a \(ImageFormat.acceptedNames) file."
        case .foreignFormat(let name):
            "The file is \(name); convert it to JPEG or PNG. \(ImageFormat.acceptedNames) are read."
        case .noPixels(let format, let width, let height):
            "The \(format.name) file says that its picture is \(width) x \(height) pixels: there is nothing in it."
        case .tooManyPixels(let format, let width, let height, let limit):
            "The \(format.name) picture is \(width) x \(height) pixels, more than the limit of \(limit). Make it smaller."
        case .tooLong(let format, let width, let height, let limit):
            "The \(format.name) picture is \(width) x \(height) pixels; no side may be longer than \(limit). "
                + "Make it smaller."
        case .damaged(let format, let reason):
            "The \(format.name) file cannot be decoded: \(reason). It may be damaged or cut off; save or send it again."
        case .unsupported(let format, let reason):
            "The \(format.name) file is of a kind that is not read: \(reason). Convert it to PNG or JPEG."
        case .configuration(let reason):
            "preprocessor_config.json cannot be used: \(reason)."
        }
    }
}
