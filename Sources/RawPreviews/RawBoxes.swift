/// The boxes of a CR3 file, as far as they lead to a JPEG: a preview, a thumbnail, and the image of the first track.
struct RawBoxes {
    private(set) var places: [RawTIFF.Place] = []
    /// Of the block of EXIF that stands for the file.
    private(set) var orientation: Int?

    private static let maxBoxes = 1000
    private static let maxDepth = 8
    /// Boxes that hold boxes.
    private static let folders: Set = ["moov", "trak", "mdia", "minf", "stbl"]
    /// Behind the name of a box of a maker's own.
    private static let canon = "85c0b687820f11e08111f4ce462b6a48"
    private static let preview = "eaf42b5e1c984b88b9fbb7dc406e4d16"

    private let source: RawSource
    private var seen = 0
    /// Of the track that is being walked through.
    private var sampleCount: Int?

    init(_ source: RawSource) {
        self.source = source
        walk(0..<source.count, depth: 0)
    }

    /// Visits the boxes that follow each other in a part of the file.
    private mutating func walk(_ range: Range<Int>, depth: Int) {
        var position = range.lowerBound
        while depth < Self.maxDepth, seen < Self.maxBoxes, let box = box(at: position, in: range) {
            seen += 1
            visit(box.kind, box.content, depth)
            position = box.content.upperBound
        }
    }

    private func box(at position: Int, in range: Range<Int>) -> (kind: String, content: Range<Int>)? {
        guard range.count >= 8, position <= range.upperBound - 8,
            var size = source.number(at: position, bytes: 4, .big), let name = source.bytes(at: position + 4, count: 4)
        else { return nil }
        var head = 8
        if size == 1 {
            guard let long = source.number(at: position + 8, bytes: 8, .big) else { return nil }
            (size, head) = (long, 16)
        }
        if size == 0 { size = range.upperBound - position }
        guard size >= head, size <= range.upperBound - position else { return nil }
        return (String(decoding: name, as: UTF8.self), position + head..<position + size)
    }

    private mutating func visit(_ kind: String, _ content: Range<Int>, _ depth: Int) {
        switch kind {
        case "uuid": visitOwn(content, depth)
        case "CMT1":
            if let header = RawHeader(source, at: content.lowerBound) {
                orientation = orientation ?? RawTIFF(source, header).orientation
            }
        case "PRVW": add(content, countAt: 12, jpegAt: 16)
        case "THMB": add(content, countAt: 8, jpegAt: 16)
        case "trak":
            sampleCount = nil
            walk(content, depth: depth + 1)
        case "stsz": sampleCount = firstSample(content)
        case "stco", "co64": addSample(content, bytes: kind == "co64" ? 8 : 4)
        default: if Self.folders.contains(kind) { walk(content, depth: depth + 1) }
        }
    }

    private mutating func visitOwn(_ content: Range<Int>, _ depth: Int) {
        guard content.count > 24, let name = source.bytes(at: content.lowerBound, count: 16) else { return }
        switch name.map({ Self.hexadecimal($0) }).joined() {
        case Self.canon: walk(content.lowerBound + 16..<content.upperBound, depth: depth + 1)
        case Self.preview: walk(content.lowerBound + 24..<content.upperBound, depth: depth + 1)
        default: break
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }

    private mutating func add(_ content: Range<Int>, countAt: Int, jpegAt: Int) {
        guard let count = source.number(at: content.lowerBound + countAt, bytes: 4, .big) else { return }
        places.append((content.lowerBound + jpegAt, min(count, max(0, content.count - jpegAt))))
    }

    /// The size of a track's first sample: the one of all, or the first of a list.
    private func firstSample(_ content: Range<Int>) -> Int? {
        let all = source.number(at: content.lowerBound + 4, bytes: 4, .big)
        return all == 0 ? source.number(at: content.lowerBound + 12, bytes: 4, .big) : all
    }

    private mutating func addSample(_ content: Range<Int>, bytes: Int) {
        guard let count = sampleCount, let offset = source.number(at: content.lowerBound + 8, bytes: bytes, .big) else {
            return
        }
        places.append((offset, count))
    }
}
