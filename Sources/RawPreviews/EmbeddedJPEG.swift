/// A JPEG inside another file: that it is one that is read everywhere, how large it is, and how it says it is turned.
struct EmbeddedJPEG {
    /// In the file.
    let range: Range<Int>
    let width: Int
    let height: Int
    /// Of its own EXIF.
    let orientation: Int?
    /// Its own EXIF segments, markers included, in the file.
    private let exif: [Range<Int>]

    private static let maxSegments = 500
    /// No camera writes a preview that is longer, and it is read into memory.
    private static let maxSize = 128 << 20

    /// nil where there is none, or one without loss: those hold what the sensor saw, which no viewer can show.
    init?(_ source: RawSource, at offset: Int, count: Int) {
        guard count >= 64, count <= Self.maxSize, offset >= 0, offset < source.count,
            source.bytes(at: offset, count: 2) == [0xFF, 0xD8]
        else { return nil }
        // A length that reaches beyond the file's end belongs to a file that was cut: what is there may do.
        let end = offset + min(count, source.count - offset)
        var (position, exif, orientation) = (offset + 2, [Range<Int>](), Int?.none)
        for _ in 0..<Self.maxSegments {
            guard let head = source.bytes(at: position, count: 4), head[0] == 0xFF else { return nil }
            if head[1] == 0xFF {  // fill byte
                position += 1
                continue
            }
            let length = Int(head[2]) << 8 | Int(head[3])
            let next = position + 2 + length
            guard length >= 2, next <= end else { return nil }
            if head[1] == 0xE1, source.hasText("Exif\0\0", at: position + 4) {
                exif.append(position..<next)
                orientation = orientation ?? Self.orientation(source, at: position + 10)
            }
            if let isRead = Self.isFrameThatIsRead(head[1]) {
                guard isRead, let size = Self.size(source, at: position + 4) else { return nil }
                range = offset..<end
                (width, height) = size
                self.orientation = orientation
                self.exif = exif
                return
            }
            position = next
        }
        return nil
    }

    /// What a frame of one or three colours in 8 bits says.
    private static func size(_ source: RawSource, at offset: Int) -> (width: Int, height: Int)? {
        guard let frame = source.bytes(at: offset, count: 6), frame[0] == 8, [1, 3].contains(frame[5]) else {
            return nil
        }
        let size = (width: Int(frame[3]) << 8 | Int(frame[4]), height: Int(frame[1]) << 8 | Int(frame[2]))
        return size.width > 0 && size.height > 0 ? size : nil
    }

    /// Of a marker that begins a frame, whether that is read: baseline, extended or progressive, in Huffman codes.
    private static func isFrameThatIsRead(_ marker: UInt8) -> Bool? {
        switch marker {
        case 0xC0, 0xC1, 0xC2: true
        case 0xC4, 0xC8, 0xCC: nil
        case 0xC3...0xCF: false
        case 0xD8, 0xD9, 0xDA: false  // the pixels, before any frame
        default: nil
        }
    }

    private static func orientation(_ source: RawSource, at start: Int) -> Int? {
        RawHeader(source, at: start).flatMap { RawDirectory(source, $0.frame, at: $0.first) }?
            .number(of: 0x0112).flatMap { (1...8).contains($0) ? $0 : nil }
    }

    /// The file's bytes, with an EXIF block that says how it is turned in place of its own, unless that says so.
    func bytes(_ source: RawSource, turned wanted: Int) -> [UInt8]? {
        guard var bytes = source.bytes(at: range.lowerBound, count: range.count) else { return nil }
        if wanted == orientation ?? 1 { return bytes }
        for segment in exif.reversed() {
            bytes.removeSubrange(segment.lowerBound - range.lowerBound..<segment.upperBound - range.lowerBound)
        }
        bytes.insert(contentsOf: Self.exif(orientation: UInt8(clamping: wanted)), at: 2)
        return bytes
    }

    /// An APP1 segment: a TIFF of one directory with one tag.
    private static func exif(orientation: UInt8) -> [UInt8] {
        let entry: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
        let block = Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1] + entry + [0, 0, 0, 0]
        return [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
    }
}
