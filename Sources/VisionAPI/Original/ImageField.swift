import JSONScanning

/// The text of the field `image`, which means the bytes of an image file: base64, or a `data:` URL.
///
/// It is read in place: what is escaped is resolved within the text's own memory.
struct ImageField {
    private var text: UnsafeMutableRawBufferPointer

    /// A `data:` URL says what it holds before its comma, which must come early.
    private static let maxHeader = 1024

    /// - Parameter text: what stands between the quotes, escapes and all; it is written to.
    init(_ text: UnsafeMutableRawBufferPointer) {
        self.text = text
    }

    /// The image file's bytes.
    mutating func file() throws(VisionAPIError) -> [UInt8] {
        guard let count = JSONEscapes.resolve(in: text) else { throw .malformedJSON(.halfCharacter) }
        text = UnsafeMutableRawBufferPointer(rebasing: text[..<count])
        let start = text.firstIndex { !Self.isSpace($0) } ?? count
        if begins(with: "data%3a", at: start) { resolvePercents(from: start) }
        if begins(with: "data:", at: start) { return try dataURL(from: start + 5) }
        if ImageAddress(text[start...]).isOne { throw .addressOfImage }
        return try base64(from: 0)
    }

    /// The address that `file` has found instead of an image.
    var address: String {
        let start = text.firstIndex { !Self.isSpace($0) } ?? text.count
        let end = text.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? text.count
        return start < end ? String(decoding: text[start..<end], as: UTF8.self) : ""
    }

    private mutating func dataURL(from start: Int) throws(VisionAPIError) -> [UInt8] {
        guard let comma = text[start...].prefix(Self.maxHeader).firstIndex(of: UInt8(ascii: ",")) else {
            throw .invalidDataURL
        }
        let hasPercents = text[(comma + 1)...].contains(UInt8(ascii: "%"))
        let isBase64 = Self.saysBase64(text[start..<comma])
        // No image consists of what needs no percent: the word base64 has been forgotten.
        guard isBase64 || hasPercents else { throw .invalidDataURL }
        if hasPercents { resolvePercents(from: comma + 1) }
        return isBase64 ? try base64(from: comma + 1) : Array(text[(comma + 1)...])
    }

    /// Whether a header such as `image/png;base64` ends in that word.
    private static func saysBase64(_ header: Slice<UnsafeMutableRawBufferPointer>) -> Bool {
        let letters = header.filter { $0 != UInt8(ascii: " ") }.suffix(7).map { $0 | 0x20 }
        return letters.elementsEqual(";base64".utf8.map { $0 | 0x20 })
    }

    private func base64(from start: Int) throws(VisionAPIError) -> [UInt8] {
        do {
            return try Base64.decode(UnsafeRawBufferPointer(rebasing: text[start...]))
        } catch {
            throw .invalidBase64(error)
        }
    }

    /// Puts the bytes that `%41` and the like mean in their place. What is no such thing stays.
    private mutating func resolvePercents(from start: Int) {
        var (from, to) = (start, start)
        while from < text.count {
            text[to] = text[from]
            if text[from] == UInt8(ascii: "%"), text.count - from > 2, let high = Self.digit(text[from + 1]),
                let low = Self.digit(text[from + 2])
            {
                text[to] = high << 4 | low
                from += 2
            }
            from += 1
            to += 1
        }
        text = UnsafeMutableRawBufferPointer(rebasing: text[..<to])
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte & 0x0F) + 9
        default: nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || 0x09...0x0D ~= byte
    }

    /// Whether ASCII in small letters stands there, in letters of either case.
    private func begins(with word: StaticString, at start: Int) -> Bool {
        guard text.count - start >= word.utf8CodeUnitCount else { return false }
        return (0..<word.utf8CodeUnitCount).allSatisfy { offset in
            let byte = text[start + offset]
            return byte == word.utf8Start[offset]
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte && byte | 0x20 == word.utf8Start[offset]
        }
    }
}
