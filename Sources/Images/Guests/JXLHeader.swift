/// What the beginning of a JPEG XL file says of its image (ISO/IEC 18181-1, D.2 and D.3), before anything is decoded.
struct JXLHeader {
    /// Columns as stored.
    let width: Int
    /// Rows as stored.
    let height: Int
    let orientation: Orientation
    /// Channels beside the colours, transparency among them.
    let extraChannels: Int
    /// Whether it is stored as a person sees it, with loss; not known of one with extra channels.
    let isLossy: Bool

    init(_ bytes: [UInt8]) throws(ImageError) {
        var bits = JXLBits(Self.codestream(bytes))
        bits.skip(16)
        let size = Self.size(&bits)
        (width, height) = size
        (orientation, extraChannels, isLossy) = Self.metadata(&bits)
        if bits.hasEnded { throw .damaged(.jxl, "the file ends inside its header") }
    }

    /// More than the fields that are read can take.
    private static let headerBytes = 256

    /// The beginning of the bare image, which a container may hold in parts.
    private static func codestream(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        if bytes.starts(with: [0xFF, 0x0A]) { return bytes.prefix(headerBytes) }
        var stream: ArraySlice<UInt8> = []
        for box in ISOBoxes(bytes[...]) {
            if box.kind == "jxlc" { return box.payload.prefix(headerBytes) }
            if box.kind == "jxlp" { stream += box.payload.dropFirst(4).prefix(headerBytes) }
            if stream.count >= headerBytes { break }
        }
        return stream
    }

    private static func size(_ bits: inout JXLBits) -> (width: Int, height: Int) {
        let isSmall = bits.flag()
        func side(_ bits: inout JXLBits) -> Int {
            isSmall ? 8 * (1 + bits.take(5)) : 1 + bits.take([9, 13, 18, 30][bits.take(2)])
        }
        let height = side(&bits)
        let ratio = bits.take(3)
        if ratio == 0 { return (side(&bits), height) }
        let (above, below) = [(1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)][ratio - 1]
        return (height * above / below, height)
    }

    private static func metadata(_ bits: inout JXLBits) -> (Orientation, extraChannels: Int, isLossy: Bool) {
        if bits.flag() { return (.upright, 0, true) }
        var orientation = Orientation.upright
        if bits.flag() {
            orientation = Orientation(rawValue: 1 + bits.take(3)) ?? .upright
            if bits.flag() { _ = size(&bits) }  // at which it is meant to be shown
            if bits.flag() { skipPreview(&bits) }
            if bits.flag() { skipAnimation(&bits) }
        }
        skipDepth(&bits)
        bits.skip(1)  // whether 16 bits are enough
        let extras = bits.choice([(0, 0), (1, 0), (2, 4), (1, 12)])
        return (orientation, extras, extras == 0 && bits.flag())
    }

    private static func skipPreview(_ bits: inout JXLBits) {
        let isSmall = bits.flag()
        func skipSide(_ bits: inout JXLBits) {
            _ =
                isSmall
                ? bits.choice([(16, 0), (32, 0), (1, 5), (33, 9)])
                : bits.choice([(1, 6), (65, 8), (321, 10), (1345, 12)])
        }
        skipSide(&bits)
        if bits.take(3) == 0 { skipSide(&bits) }
    }

    private static func skipAnimation(_ bits: inout JXLBits) {
        _ = bits.choice([(100, 0), (1000, 0), (1, 10), (1, 30)])
        _ = bits.choice([(1, 0), (1001, 0), (1, 8), (1, 10)])
        _ = bits.choice([(0, 0), (0, 3), (0, 16), (0, 32)])
        bits.skip(1)
    }

    private static func skipDepth(_ bits: inout JXLBits) {
        if bits.flag() {
            _ = bits.choice([(32, 0), (16, 0), (24, 0), (1, 6)])
            bits.skip(4)
        } else {
            _ = bits.choice([(8, 0), (10, 0), (12, 0), (1, 6)])
        }
    }
}

/// Takes bits from bytes, the lowest first; behind the end there are zeros.
private struct JXLBits {
    private let bytes: ArraySlice<UInt8>
    private var position = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    var hasEnded: Bool { position > 8 * bytes.count }

    mutating func skip(_ count: Int) { position += count }

    mutating func flag() -> Bool { take(1) == 1 }

    /// Of at most 32 bits.
    mutating func take(_ count: Int) -> Int {
        var value = 0
        for bit in 0..<count {
            let index = bytes.startIndex + (position + bit) / 8
            if index < bytes.endIndex { value |= Int(bytes[index] >> UInt8((position + bit) % 8) & 1) << bit }
        }
        position += count
        return value
    }

    /// Two bits choose a least value, and how many bits are added to it.
    mutating func choice(_ choices: [(least: Int, bits: Int)]) -> Int {
        let (least, bits) = choices[take(2)]
        return least + take(bits)
    }
}
