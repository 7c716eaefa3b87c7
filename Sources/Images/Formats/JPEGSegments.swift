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
        walk(0xE1) { payload in
            let segment = ByteReader(payload)
            if segment.hasText("Exif\0\0", at: 0) { exif += payload.dropFirst(6) }
            if segment.hasText(Self.xmpMark, at: 0) { xmp = payload.dropFirst(Self.xmpMark.utf8.count) }
        }
        return OrientationTag.value(exif: exif[...], xmp: xmp)
    }

    /// The ICC profile, of which each segment holds a part with its number and how many there are. nil where one is
    /// missing.
    var profile: [UInt8]? {
        var parts: [Int: ArraySlice<UInt8>] = [:]
        var count = 0
        walk(0xE2) { payload in
            let segment = ByteReader(payload)
            guard segment.hasText(Self.profileMark, at: 0), let number = segment.byte(at: Self.profileMark.utf8.count),
                let total = segment.byte(at: Self.profileMark.utf8.count + 1)
            else { return }
            if parts[number] == nil { parts[number] = payload.dropFirst(Self.profileMark.utf8.count + 2) }
            count = total
        }
        guard count > 0 else { return nil }
        let found = (1...count).compactMap { parts[$0] }
        let size = found.reduce(0) { $0 + $1.count }
        return found.count == count && size <= ColorProfile.maxSize ? Array(found.joined()) : nil
    }

    private static let xmpMark = "http://ns.adobe.com/xap/1.0/\0"
    private static let profileMark = "ICC_PROFILE\0"

    /// The payload of each segment of a kind, in the order of the file.
    private func walk(_ kind: Int, _ visit: (ArraySlice<UInt8>) -> Void) {
        var offset = 2
        while reader.byte(at: offset) == 0xFF, let marker = reader.byte(at: offset + 1) {
            if marker == 0xFF {  // fill byte
                offset += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { break }
            guard let length = reader.uint16(at: offset + 2, .big), length >= 2 else { break }
            if marker == kind, let payload = reader.slice(at: offset + 4, count: length - 2) { visit(payload) }
            offset += 2 + length
        }
    }
}
