import CImageCodecs

/// The chunks of a PNG file that say something about the image, before its pixels or after them.
struct PNGChunks {
    private let reader: ByteReader

    /// The most that a text is read of, and that a compressed one is inflated to, as Pillow has it.
    private static let maxText = 1 << 20
    /// No writer puts so many into a file.
    private static let maxChunks = 100_000
    private static let profileName = "Raw profile type exif"
    private static let xmpName = "XML:com.adobe.xmp"

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// From the eXIf chunk, else from the profile that ImageMagick writes as text; else from XMP.
    var orientation: Orientation {
        var exif, profile, xmp: (kind: String, data: ArraySlice<UInt8>)?
        walk(["eXIf", "tEXt", "zTXt", "iTXt"]) { kind, data in
            if kind == "eXIf" { exif = (kind, data) }
            if Self.begins(data, with: Self.profileName) { profile = (kind, data) }
            if Self.begins(data, with: Self.xmpName) { xmp = (kind, data) }
        }
        let block = exif?.data ?? profile.flatMap { Self.text($0.kind, $0.data) }.map { Self.unhexed($0)[...] }
        return OrientationTag.value(exif: block, xmp: xmp.flatMap { Self.text($0.kind, $0.data) }?[...])
    }

    /// What stands before the pixels about colours: numbers, which go before a profile.
    var profile: ColorProfile? {
        var codes, packed: ArraySlice<UInt8>?
        walk(["cICP", "iCCP"], until: "IDAT") { kind, data in
            if kind == "cICP", codes == nil { codes = data }
            if kind == "iCCP", packed == nil { packed = data }
        }
        if let codes, let primaries = ByteReader(codes).byte(at: 0), let curve = ByteReader(codes).byte(at: 1) {
            return .codes(primaries: primaries, curve: curve)
        }
        // A name, the method, of which there is one, and the profile.
        guard let packed, let name = packed.firstIndex(of: 0) else { return nil }
        return Self.inflated(packed[(name + 1)...].dropFirst(), most: ColorProfile.maxSize).map { .icc($0) }
    }

    /// Visits the chunks of some kinds, as far as one of another kind.
    private func walk(
        _ kinds: [String], until end: String = "IEND", _ visit: (_ kind: String, _ data: ArraySlice<UInt8>) -> Void
    ) {
        var offset = 8
        for _ in 0..<Self.maxChunks {
            guard let length = reader.uint32(at: offset, .big), !reader.hasText(end, at: offset + 4) else { return }
            for kind in kinds where reader.hasText(kind, at: offset + 4) {
                if let data = reader.slice(at: offset + 8, count: length) { visit(kind, data) }
            }
            offset += 12 + length
        }
    }

    private static func begins(_ data: ArraySlice<UInt8>, with name: String) -> Bool {
        ByteReader(data).hasText(name + "\0", at: 0)
    }

    /// What stands in a chunk of text behind its name.
    private static func text(_ kind: String, _ data: ArraySlice<UInt8>) -> [UInt8]? {
        guard var rest = data.firstIndex(of: 0).map({ data[($0 + 1)...] }) else { return nil }
        switch kind {
        case "tEXt": return plain(rest)
        case "zTXt": return inflated(rest.dropFirst())  // the method, of which there is one
        default:
            let isCompressed = rest.first == 1
            rest = rest.dropFirst(2)
            for _ in ["language", "name in that language"] {
                guard let end = rest.firstIndex(of: 0) else { return nil }
                rest = rest[(end + 1)...]
            }
            return isCompressed ? inflated(rest) : plain(rest)
        }
    }

    private static func plain(_ data: ArraySlice<UInt8>) -> [UInt8]? {
        data.count <= maxText ? Array(data) : nil
    }

    private static func inflated(_ data: ArraySlice<UInt8>, most: Int = maxText) -> [UInt8]? {
        var count: Int64 = -1
        let text = [UInt8](unsafeUninitializedCapacity: most) { target, filled in
            data.withUnsafeBufferPointer {
                count = cimage_inflate($0.baseAddress, $0.count, target.baseAddress, target.count)
            }
            filled = max(0, Int(count))
        }
        return count < 0 ? nil : text
    }

    /// The bytes of a profile: an empty line, its name, its length, then hexadecimal digits on any number of lines.
    private static func unhexed(_ text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
        guard lines.count == 4 else { return [] }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in lines[3].lazy.compactMap(value(ofDigit:)) {
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return bytes
    }

    private static func value(ofDigit character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}
