/// Steps over valid UTF-8 scalar by scalar, in both directions.
enum ScalarCursor {
    /// The scalar that starts at `index` and where the next one starts; `index` must be below the slice's end.
    static func next(_ text: ArraySlice<UInt8>, at index: Int) -> (scalar: Unicode.Scalar, end: Int) {
        let first = text[index]
        guard first >= 0x80 else { return (Unicode.Scalar(first), index + 1) }
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let end = min(index + length, text.endIndex)
        var code = UInt32(first) & (0xFF >> UInt32(length + 1))
        for continuation in text[(index + 1)..<end] { code = code << 6 | UInt32(continuation & 0x3F) }
        return (Unicode.Scalar(code) ?? "\u{FFFD}", end)
    }

    /// The scalar that ends at `index` and where it starts; `index` must be above the slice's start.
    static func previous(_ text: ArraySlice<UInt8>, before index: Int) -> (scalar: Unicode.Scalar, start: Int) {
        var start = index - 1
        while start > text.startIndex, text[start] & 0xC0 == 0x80 { start -= 1 }
        return (next(text, at: start).scalar, start)
    }
}
