/// What a camera's maker keeps for itself, as far as it says where a preview is (after the tables of exiftool).
struct MakerNote {
    private let source: RawSource
    private let range: Range<Int>
    /// Of the directory that holds the note.
    private let outer: RawDirectory.Frame

    init(_ source: RawSource, _ range: Range<Int>, in outer: RawDirectory.Frame) {
        self.source = source
        self.range = range
        self.outer = outer
    }

    /// Where a JPEG may be. Some cameras count from the note and others from the file, so both are named: only one of
    /// the two begins like a JPEG.
    var places: [RawTIFF.Place] {
        let start = range.lowerBound
        if source.hasText("Nikon\0", at: start) { return nikon(at: start + 10) }
        if source.hasText("OLYMPUS\0", at: start) { return olympus(at: start, directory: 12, mark: 8) }
        if source.hasText("OM SYSTEM\0", at: start) { return olympus(at: start, directory: 16, mark: 12) }
        if source.hasText("OLYMP\0", at: start) { return pair(directory(8, base: outer.base), 0x0088, 0x0089) }
        if source.hasText("AOC\0", at: start) { return pentax(at: 6, mark: 4) }
        if source.hasText("PENTAX \0", at: start) { return pentax(at: 10, mark: 8) }
        return sony(at: source.hasText("SONY ", at: start) ? 12 : 0)
    }

    /// A TIFF of its own, in which a directory holds the preview's place.
    private func nikon(at start: Int) -> [RawTIFF.Place] {
        guard let header = RawHeader(source, at: start),
            let note = RawDirectory(source, header.frame, at: header.first), let offset = note.number(of: 0x0011),
            let preview = RawDirectory(source, header.frame, at: offset)
        else { return [] }
        return pair(preview, 0x0201, 0x0202)
    }

    /// The preview's place is among the settings of the camera.
    private func olympus(at start: Int, directory: Int, mark: Int) -> [RawTIFF.Place] {
        let order = order(at: mark)
        guard let note = RawDirectory(source, .init(base: start, order: order), at: directory),
            let settings = note.number(of: 0x2020)
        else { return [] }
        // Where the settings are no directory of their own but a block, it stands there as well.
        let places = pair(RawDirectory(source, note.frame, at: settings), 0x0101, 0x0102)
        guard let block = note.data(of: 0x2020), block.count > 4 else { return places }
        return places + pair(RawDirectory(source, note.frame, at: block.lowerBound - start), 0x0101, 0x0102)
    }

    private func pentax(at offset: Int, mark: Int) -> [RawTIFF.Place] {
        let frames = [outer.base, range.lowerBound].map { RawDirectory.Frame(base: $0, order: order(at: mark)) }
        return frames.flatMap { frame in
            pair(RawDirectory(source, frame, at: range.lowerBound + offset - frame.base), 0x0004, 0x0003)
        }
    }

    /// The preview itself, behind a head of its own.
    private func sony(at offset: Int) -> [RawTIFF.Place] {
        guard let preview = directory(offset, base: outer.base)?.data(of: 0x2001), preview.count > 32 else { return [] }
        return [(preview.lowerBound + 32, preview.count - 32)]
    }

    private func pair(_ directory: RawDirectory?, _ start: Int, _ count: Int) -> [RawTIFF.Place] {
        guard let directory, let offset = directory.number(of: start), let count = directory.number(of: count) else {
            return []
        }
        return Set([directory.frame.base, outer.base, range.lowerBound]).sorted().map { ($0 + offset, count) }
    }

    /// A directory that stands so far into the note.
    private func directory(_ offset: Int, base: Int) -> RawDirectory? {
        RawDirectory(source, .init(base: base, order: outer.order), at: range.lowerBound + offset - base)
    }

    private func order(at offset: Int) -> RawOrder {
        switch source.bytes(at: range.lowerBound + offset, count: 2) {
        case [0x49, 0x49]: .little
        case [0x4D, 0x4D]: .big
        default: outer.order
        }
    }
}
