/// The segments of a JPEG file up to its pixels.
struct JPEGSegments {
    private let reader: ByteReader

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// From EXIF, which may be in several segments, all parts of one block; else from XMP.
    var orientation: Orientation {
        var exif: [UInt8] = []
        var xmp: ArraySlice<UInt8>?
        walk { payload in
            let segment = ByteReader(payload)
            if segment.hasText("Exif\0\0", at: 0) { exif += payload.dropFirst(6) }
            if segment.hasText(Self.xmpMark, at: 0) { xmp = payload.dropFirst(Self.xmpMark.utf8.count) }
        }
        return OrientationTag.value(exif: exif[...], xmp: xmp)
    }

    private static let xmpMark = "http://ns.adobe.com/xap/1.0/\0"

    /// Each APP1 segment's payload, in the order of the file.
    private func walk(_ visit: (ArraySlice<UInt8>) -> Void) {
        var offset = 2
        while reader.byte(at: offset) == 0xFF, let marker = reader.byte(at: offset + 1) {
            if marker == 0xFF {  // fill byte
                offset += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { break }
            guard let length = reader.uint16(at: offset + 2, .big), length >= 2 else { break }
            if marker == 0xE1, let payload = reader.slice(at: offset + 4, count: length - 2) { visit(payload) }
            offset += 2 + length
        }
    }
}
