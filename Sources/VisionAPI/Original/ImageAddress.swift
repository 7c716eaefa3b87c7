/// Whether the text of an image says where the image lies, a URL or a path, instead of what is in it.
///
/// Base64 has neither colon nor dot nor backslash.
struct ImageAddress {
    private let text: [UInt8]
    private let isWhole: Bool

    /// Longer texts are no paths.
    private static let maxPath = 4096

    /// - Parameter text: without the space before it.
    init(_ text: some Collection<UInt8>) {
        let start = text.prefix(Self.maxPath)
        isWhole = start.count == text.count
        self.text = start.reversed().drop { $0 <= 0x20 }.reversed()
    }

    var isOne: Bool {
        isURL || isWhole && (isRooted || hasDrive || hasExtension)
    }

    /// `scheme://`, whatever follows.
    private var isURL: Bool {
        let scheme = text.prefix(32).prefix { $0 != UInt8(ascii: "/") }
        guard scheme.count > 1, scheme.last == UInt8(ascii: ":") else { return false }
        return text.dropFirst(scheme.count).starts(with: "//".utf8)
    }

    private var isRooted: Bool {
        let isSlashed = text.starts(with: "/".utf8) && !text.starts(with: "/9j".utf8) && !isBareJXL
        return isSlashed || ["~/", "./", "../", "\\"].contains { text.starts(with: $0.utf8) }
    }

    /// The base64 of a JPEG begins with a slash, too, and so does that of a JPEG XL file without a container; of no other
    /// image. A path may begin like the latter (`/work`), so it must have no dot.
    private var isBareJXL: Bool {
        ["/wo", "/wp", "/wq", "/wr"].contains { text.starts(with: $0.utf8) } && !text.contains(UInt8(ascii: "."))
    }

    /// `C:\` or `C:/`
    private var hasDrive: Bool {
        text.count > 2 && text[1] == UInt8(ascii: ":")
            && (text[2] == UInt8(ascii: "/") || text[2] == UInt8(ascii: "\\"))
    }

    /// A dot and two to five letters or digits at the end.
    private var hasExtension: Bool {
        let end = text.reversed().prefix { $0 != UInt8(ascii: ".") }
        let isDotted = end.count < text.count - 1
        guard isDotted, 2...5 ~= end.count else { return false }
        return end.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 | 0x20 }
    }
}
