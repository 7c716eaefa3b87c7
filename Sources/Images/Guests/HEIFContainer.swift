/// What the boxes of a HEIF or AVIF file say of its primary image (ISO/IEC 23008-12), before anything is decoded.
struct HEIFContainer {
    /// Columns as the container crops and turns the image; its decoder does both.
    private(set) var width = 0
    /// Rows, likewise.
    private(set) var height = 0
    /// Whether some image of the file has more than 8 bits a sample.
    let isWide: Bool
    /// Whether the colours of some image of the file have more than half the resolution, in one direction or both.
    let hasFullColors: Bool
    /// Whether some image of the file is the transparency of another.
    let hasAlpha: Bool
    /// What it says in numbers about the colours of its primary image.
    private(set) var profile: ColorProfile?

    init(_ bytes: [UInt8], _ format: ImageFormat) throws(ImageError) {
        guard let meta = bytes[...].box("meta")?.dropFirst(4), let properties = meta.box("iprp") else {
            throw .unsupported(format, "it holds no still picture")
        }
        guard let primary = Self.primary(meta), let list = properties.box("ipco") else {
            throw .damaged(format, "it does not say which of its pictures is the first")
        }
        // The number 0 stands for none.
        let boxes = Array(ISOBoxes(list).prefix(Self.maxProperties))
        isWide = boxes.contains(where: Self.isWide)
        hasFullColors = boxes.contains(where: Self.hasFullColors)
        hasAlpha = boxes.contains { $0.kind == "auxC" && Self.namesAlpha($0.payload) }
        for number in Self.numbers(of: primary, properties) where number >= 1 && number <= boxes.count {
            apply(boxes[number - 1])
        }
        guard width > 0, height > 0 else { throw .damaged(format, "it does not say how large its picture is") }
    }

    private static let maxProperties = 32_767  // numbers have 15 bits

    private static func primary(_ meta: ArraySlice<UInt8>) -> Int? {
        guard let box = meta.box("pitm").map({ ByteReader($0) }), let version = box.byte(at: 0) else { return nil }
        return version == 0 ? box.uint16(at: 4, .big) : box.uint32(at: 4, .big)
    }

    /// The numbers of an item's properties, in the order in which they apply.
    private static func numbers(of item: Int, _ properties: ArraySlice<UInt8>) -> [Int] {
        for box in ISOBoxes(properties) where box.kind == "ipma" {
            if let numbers = numbers(of: item, in: ByteReader(box.payload)) { return numbers }
        }
        return []
    }

    private static func numbers(of item: Int, in box: ByteReader) -> [Int]? {
        guard let version = box.byte(at: 0), let flags = box.byte(at: 3), let items = box.uint32(at: 4, .big) else {
            return nil
        }
        let (nameBytes, numberBytes) = (version == 0 ? 2 : 4, flags & 1 == 0 ? 1 : 2)
        var offset = 8
        for _ in 0..<min(items, box.count) {
            let name = version == 0 ? box.uint16(at: offset, .big) : box.uint32(at: offset, .big)
            guard let name, let count = box.byte(at: offset + nameBytes) else { return nil }
            offset += nameBytes + 1
            if name == item {
                return (0..<count).compactMap { index in
                    let place = offset + index * numberBytes
                    // The highest bit says that a reader has to understand it.
                    return numberBytes == 1
                        ? box.byte(at: place).map { $0 & 0x7F } : box.uint16(at: place, .big).map { $0 & 0x7FFF }
                }
            }
            offset += count * numberBytes
        }
        return nil
    }

    private mutating func apply(_ property: ISOBoxes.Box) {
        let box = ByteReader(property.payload)
        switch property.kind {
        case "ispe":
            width = box.uint32(at: 4, .big) ?? 0
            height = box.uint32(at: 8, .big) ?? 0
        case "clap":
            width = Self.rounded(box, at: 0)
            height = Self.rounded(box, at: 8)
        case "colr":
            guard box.hasText("nclx", at: 0), let primaries = box.uint16(at: 4, .big) else { return }
            profile = box.uint16(at: 6, .big).map { .codes(primaries: primaries, curve: $0) }
        case "irot":
            if (box.byte(at: 0) ?? 0) & 1 == 1 { (width, height) = (height, width) }
        default: break
        }
    }

    /// A fraction of two 32-bit numbers.
    private static func rounded(_ box: ByteReader, at offset: Int) -> Int {
        guard let above = box.uint32(at: offset, .big), let below = box.uint32(at: offset + 4, .big) else { return 0 }
        return below == 0 ? 0 : (above + below / 2) / below
    }

    private static func isWide(_ property: ISOBoxes.Box) -> Bool {
        let box = ByteReader(property.payload)
        switch property.kind {
        case "hvcC": return (box.byte(at: 17) ?? 0) & 7 > 0
        case "av1C": return (box.byte(at: 2) ?? 0) & 0x40 > 0
        case "pixi": return (0..<(box.byte(at: 4) ?? 0)).contains { (box.byte(at: 5 + $0) ?? 0) > 8 }
        default: return false
        }
    }

    private static func hasFullColors(_ property: ISOBoxes.Box) -> Bool {
        let box = ByteReader(property.payload)
        switch property.kind {
        case "hvcC": return (box.byte(at: 16) ?? 0) & 3 > 1
        // Two bits say in which directions there are fewer.
        case "av1C": return (box.byte(at: 2) ?? 0) & 0x0C != 0x0C
        default: return false
        }
    }

    private static func namesAlpha(_ property: ArraySlice<UInt8>) -> Bool {
        let names = [
            "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1",
        ]
        return names.contains { ByteReader(property).hasText($0, at: 4) }
    }
}
