/// A RAW file that is built like a TIFF: a walk through its directories, each once, which gathers where a JPEG may be.
struct RawTIFF {
    /// Where a JPEG may be, and how many bytes it has at the most.
    typealias Place = (offset: Int, count: Int)

    /// Of the first directory.
    private(set) var orientation: Int?
    /// Whether something in it says that it holds what a sensor saw.
    private(set) var isRaw = false
    private(set) var places: [Place] = []

    private enum Tag {
        static let compression = 0x0103, photometric = 0x0106, strips = 0x0111, orientation = 0x0112
        static let stripCounts = 0x0117, children = 0x014A, jpeg = 0x0201, jpegCount = 0x0202
        static let exif = 0x8769, makerNote = 0x927C, dngVersion = 0xC612
        /// Of Panasonic, in the first directory.
        static let panasonicJPEGs = [0x002E, 0x0127]
    }

    /// Of colour filters and linear raw; makers' own of what the sensor saw.
    private static let rawPhotometrics = [32_803, 34_892]
    private static let rawCompressions = [32_767, 32_769, 32_770, 34_713, 65_000, 65_535]
    private static let maxDirectories = 64
    private static let maxPlaces = 64

    private let source: RawSource
    private var visited: Set<Int> = []

    /// - Parameter header: Of the file, or of a block of EXIF in it.
    init(_ source: RawSource, _ header: RawHeader) {
        self.source = source
        isRaw = header.mark != 42 || source.hasText("CR\u{2}\0", at: header.frame.base + 8)
        let root = RawDirectory(source, header.frame, at: header.first)
        orientation = root?.number(of: Tag.orientation).flatMap { (1...8).contains($0) ? $0 : nil }
        walk(header)
    }

    private mutating func walk(_ header: RawHeader) {
        var waiting = [header.first]
        while let offset = waiting.popLast(), visited.count < Self.maxDirectories {
            guard visited.insert(offset).inserted, let directory = RawDirectory(source, header.frame, at: offset) else {
                continue
            }
            look(at: directory)
            waiting += directory.numbers(of: Tag.children).reversed()
            if let next = directory.next { waiting.append(next) }
            if let exif = directory.number(of: Tag.exif) { waiting.append(exif) }
        }
    }

    private mutating func look(at directory: RawDirectory) {
        let compression = directory.number(of: Tag.compression) ?? 1
        let isSensor = Self.rawPhotometrics.contains(directory.number(of: Tag.photometric) ?? 0)
        let isMakers = directory.has(Tag.dngVersion) || Self.rawCompressions.contains(compression)
        isRaw = isRaw || isSensor || isMakers
        let base = directory.frame.base
        if let offset = directory.number(of: Tag.jpeg), let count = directory.number(of: Tag.jpegCount) {
            add((base + offset, count))
        }
        // One strip alone is a whole file; with a sensor's colours nobody could look at it.
        let strips = directory.numbers(of: Tag.strips)
        if !isSensor, [6, 7].contains(compression), strips.count == 1, let count = directory.number(of: Tag.stripCounts)
        {
            add((base + strips[0], count))
        }
        for tag in Tag.panasonicJPEGs {
            if let range = directory.data(of: tag), range.count > 4 { add((range.lowerBound, range.count)) }
        }
        if let note = directory.data(of: Tag.makerNote) {
            for place in MakerNote(source, note, in: directory.frame).places { add(place) }
        }
    }

    private mutating func add(_ place: Place) {
        if places.count < Self.maxPlaces { places.append(place) }
    }
}
