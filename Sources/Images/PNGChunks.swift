import CImageCodecs

/// The chunks of a PNG file that say something about the picture, before its pixels or after them.
struct PNGChunks {
    private let reader: ByteReader

    /// The most that a compressed text is inflated to, as Pillow has it.
    private static let maxText = 1 << 20
    private static let profileName = "Raw profile type exif"
    private static let xmpName = "XML:com.adobe.xmp"

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// From the eXIf chunk, else from the profile that ImageMagick writes as text; else from XMP.
    var orientation: Orientation {
        var exif, profile, xmp: (kind: String, data: ArraySlice<UInt8>)?
        walk { kind, data in
            if kind == "eXIf" { exif = (kind, data) }
            if Self.begins(data, with: Self.profileName) { profile = (kind, data) }
            if Self.begins(data, with: Self.xmpName) { xmp = (kind, data) }
        }
        let block = exif?.data ?? profile.flatMap { Self.text($0.kind, $0.data) }.map { Self.unhexed($0)[...] }
        return Metadata.orientation(exif: block, xmp: xmp.flatMap { Self.text($0.kind, $0.data) }?[...])
    }

    /// Visits the chunks that hold EXIF or text.
    private func walk(_ visit: (_ kind: String, _ data: ArraySlice<UInt8>) -> Void) {
        var offset = 8
        while let length = reader.uint32(at: offset, .big), !reader.hasText("IEND", at: offset + 4) {
            for kind in ["eXIf", "tEXt", "zTXt", "iTXt"] where reader.hasText(kind, at: offset + 4) {
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
        case "tEXt": return Array(rest)
        case "zTXt": return inflated(rest.dropFirst())  // the method, of which there is one
        default:
            let isCompressed = rest.first == 1
            rest = rest.dropFirst(2)
            for _ in ["language", "name in that language"] {
                guard let end = rest.firstIndex(of: 0) else { return nil }
                rest = rest[(end + 1)...]
            }
            return isCompressed ? inflated(rest) : Array(rest)
        }
    }

    private static func inflated(_ data: ArraySlice<UInt8>) -> [UInt8]? {
        var count: Int64 = -1
        let text = [UInt8](unsafeUninitializedCapacity: maxText) { target, filled in
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
        let digits = lines[3].compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
