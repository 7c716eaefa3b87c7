import CImageCodecs

/// The libraries that decode images.
public enum CodecLibraries {
    /// Their names and versions: of libpng, libwebp and libtiff those that run, of the two others, which do not tell,
    /// those that the program was built with.
    public static let versions: String = {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { text in
            text.initialize(repeating: 0)
            guard let start = text.baseAddress else { return "" }
            cimage_versions(start, text.count)
            return String(cString: start)
        }
    }()
}
