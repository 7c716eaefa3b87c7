/// Why bytes did not become an image, or a processor configuration was refused.
public enum ImageError: Error, Equatable, CustomStringConvertible {
    /// There are no bytes at all.
    case empty
    /// The bytes are in no format known here.
    case notAnImage
    /// The bytes are in a format that is known by name only.
    case foreignFormat(String)
    /// A side of the image is 0.
    case noPixels(ImageFormat, width: Int, height: Int)
    /// The image has more pixels than `limit`.
    case tooManyPixels(ImageFormat, width: Int, height: Int, limit: Int)
    /// A side is longer than `limit`.
    case tooLong(ImageFormat, width: Int, height: Int, limit: Int)
    /// The file breaks the rules of its format or ends early.
    case damaged(ImageFormat, String)
    /// A kind of the format that is not read here.
    case unsupported(ImageFormat, String)
    /// A decoder was handed more than `limit` bytes: parts of the file are used over and over.
    case readsTooMuch(ImageFormat, limit: Int)
    /// Decoding took more than `limit` of the processor's time.
    case tooSlow(ImageFormat, limit: Duration)
    /// The format was switched off.
    case switchedOff(ImageFormat)
    /// The system's library that decodes the format is not installed.
    case noLibrary(ImageFormat)
    /// No process can be started for the format's decoder.
    case noProcess(ImageFormat)
    /// Whoever wanted the image has left.
    case abandoned
    /// preprocessor_config.json asks for what is not done here.
    case configuration(String)

    public var description: String {
        switch self {
        case .empty:
            "The picture is empty (0 bytes). Send a \(ImageFormat.acceptedNames) file."
        case .notAnImage:
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
        case .readsTooMuch(let format, let limit):
            "The \(format.name) file makes its decoder read more than \(limit / 1_000_000) MB, the same parts of it over "
                + "and over. Save it again, as PNG or JPEG."
        case .tooSlow(let format, let limit):
            "The \(format.name) picture takes more than \(limit.components.seconds) s of processor time to decode. "
                + "Make it smaller, or save it as PNG or JPEG."
        case .switchedOff(let format):
            "The file is \(format.name), which this server was told not to read (--formats). Convert it to JPEG or PNG."
        case .noLibrary(let format):
            "\(format.name) pictures need \(format.guestLibrary?.name ?? "a library"), which is not installed where the "
                + "server runs (apt install \(format.guestLibrary?.package ?? "")). Install it, or convert the picture to "
                + "JPEG or PNG."
        case .noProcess(let format):
            "The system refuses the server a process to decode the \(format.name) picture with. The limit may be the user's "
                + "(ulimit -u), the service's (TasksMax) or the container's (pids). Send the request again later."
        case .abandoned:
            "Whoever sent the picture has left before it was decoded."
        case .configuration(let reason):
            "preprocessor_config.json cannot be used: \(reason)."
        }
    }
}
