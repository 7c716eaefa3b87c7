/// An ICC profile that has been looked through: what it is for, and the little of it that the way to sRGB needs.
///
/// Profiles are untrusted. Only tags of kinds whose size bounds the work that they make reach lcms2, each checked
/// against its size: a table of 16 inputs, or a chain of a thousand steps that share their numbers, does not.
struct ICCProfile {
    let model: ColorModel
    /// A profile that holds nothing but the tags that are needed.
    let bytes: [UInt8]

    /// nil where there is nothing that leads to sRGB, or anything odd on the way there.
    init?(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        guard bytes.count <= ColorProfile.maxSize, reader.hasText("acsp", at: 36),
            Self.classes.contains(where: { reader.hasText($0, at: 12) }),
            Self.connections.contains(where: { reader.hasText($0, at: 20) }),
            let model = Self.models.first(where: { reader.hasText($0.name, at: 16) })?.model,
            let header = reader.slice(at: 0, count: Self.headerSize),
            let tags = Self.tags(of: model, Self.directory(reader))
        else { return nil }
        self.model = model
        self.bytes = Self.profile(header, tags)
    }

    private typealias Tag = (name: String, data: ArraySlice<UInt8>)

    private static let headerSize = 128
    private static let maxTags = 100
    private static let classes = ["mntr", "scnr", "prtr", "spac"]
    private static let connections = ["XYZ ", "Lab "]
    private static let models: [(name: String, model: ColorModel)] = [
        ("GRAY", .gray), ("RGB ", .rgb), ("CMYK", .cmyk),
    ]
    private static let places = ["rXYZ", "gXYZ", "bXYZ"]
    private static let curves = ["rTRC", "gTRC", "bTRC"]
    /// Relative colorimetric, else the way of the first intent.
    private static let tables = ["A2B1", "A2B0"]

    /// What the tags hold, by name; the first of a name counts.
    private static func directory(_ reader: ByteReader) -> [String: ArraySlice<UInt8>] {
        var directory: [String: ArraySlice<UInt8>] = [:]
        for index in 0..<min(reader.uint32(at: headerSize, .big) ?? 0, maxTags) {
            let entry = headerSize + 4 + 12 * index
            guard let name = reader.slice(at: entry, count: 4), let offset = reader.uint32(at: entry + 4, .big),
                let count = reader.uint32(at: entry + 8, .big), let data = reader.slice(at: offset, count: count)
            else { continue }
            let key = String(decoding: name, as: UTF8.self)
            if directory[key] == nil { directory[key] = data }
        }
        return directory
    }

    /// Those that lcms2 goes by: a table where there is one, else curves and, for RGB, the places of the primaries.
    private static func tags(of model: ColorModel, _ directory: [String: ArraySlice<UInt8>]) -> [Tag]? {
        if let name = tables.first(where: { directory[$0] != nil }) {
            guard let data = directory[name], ICCTag(data).isTable(inputs: model.rawValue) else { return nil }
            return [(name, data)]
        }
        switch model {
        case .cmyk: return nil
        case .gray: return sound(["kTRC"], directory) { $0.isCurve }
        case .rgb:
            guard let places = sound(places, directory, { $0.isPlace }),
                let curves = sound(curves, directory, { $0.isCurve })
            else { return nil }
            return places + curves
        }
    }

    private static func sound(
        _ names: [String], _ directory: [String: ArraySlice<UInt8>], _ isSound: (ICCTag) -> Bool
    ) -> [Tag]? {
        let tags = names.compactMap { name in directory[name].map { (name: name, data: $0) } }
        return tags.count == names.count && tags.allSatisfy { isSound(ICCTag($0.data)) } ? tags : nil
    }

    /// The header with another length, a directory, and the tags one behind the other.
    private static func profile(_ header: ArraySlice<UInt8>, _ tags: [Tag]) -> [UInt8] {
        var (entries, data) = ([UInt8](), [UInt8]())
        let start = headerSize + 4 + 12 * tags.count
        for tag in tags {
            entries += Array(tag.name.utf8) + bigEndian(start + data.count) + bigEndian(tag.data.count)
            data += tag.data + [UInt8](repeating: 0, count: (4 - tag.data.count % 4) % 4)
        }
        return bigEndian(start + data.count) + header.dropFirst(4) + bigEndian(tags.count) + entries + data
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { [UInt8]($0) }
    }
}

/// A tag of a profile, and whether it is of a kind that is known, and as long as it says.
private struct ICCTag {
    private let reader: ByteReader

    init(_ data: ArraySlice<UInt8>) { reader = ByteReader(data) }

    /// The place of a primary.
    var isPlace: Bool { reader.hasText("XYZ ", at: 0) && reader.count >= 20 }

    var isCurve: Bool {
        if reader.hasText("curv", at: 0), let count = reader.uint32(at: 8, .big) {
            return count <= 0x7FFF && reader.count >= 12 + 2 * count
        }
        let parameters = [1, 3, 4, 5, 7]
        guard reader.hasText("para", at: 0), let kind = reader.uint16(at: 8, .big), kind < parameters.count else {
            return false
        }
        return reader.count >= 12 + 4 * parameters[kind]
    }

    /// A table from so many inputs to the three of the connection space.
    func isTable(inputs: Int) -> Bool {
        guard reader.byte(at: 8) == inputs, reader.byte(at: 9) == 3 else { return false }
        if reader.hasText("mft1", at: 0) { return isTableOfBytes(inputs) }
        if reader.hasText("mft2", at: 0) { return isTableOfWords(inputs) }
        return reader.hasText("mAB ", at: 0) && isTableBetweenCurves(inputs)
    }

    private func isTableOfBytes(_ inputs: Int) -> Bool {
        guard let grid = grid(of: inputs) else { return false }
        return reader.count >= 48 + 256 * (inputs + 3) + 3 * grid
    }

    private func isTableOfWords(_ inputs: Int) -> Bool {
        guard let grid = grid(of: inputs), let before = reader.uint16(at: 48, .big),
            let after = reader.uint16(at: 50, .big), (2...4096).contains(before), (2...4096).contains(after)
        else { return false }
        return reader.count >= 52 + 2 * (before * inputs + after * 3 + 3 * grid)
    }

    /// Points of a grid that is as long in every direction.
    private func grid(of inputs: Int) -> Int? {
        reader.byte(at: 10).flatMap { points($0 == 0 ? [] : Array(repeating: $0, count: inputs), inputs) }
    }

    /// Curves, the table and a matrix stand where offsets say; an offset of 0 says that there is none.
    private func isTableBetweenCurves(_ inputs: Int) -> Bool {
        let offsets = [12, 16, 20, 24, 28].compactMap { reader.uint32(at: $0, .big) }
        guard offsets.count == 5, offsets.allSatisfy({ $0 < reader.count }) else { return false }
        guard offsets[3] != 0 else { return inputs == 3 }
        guard let sides = reader.slice(at: offsets[3], count: 16), let width = reader.byte(at: offsets[3] + 16),
            let points = points(sides.prefix(inputs).map(Int.init), inputs), [1, 2].contains(width)
        else { return false }
        return reader.count >= offsets[3] + 20 + 3 * width * points
    }

    /// The points of a grid; none at all does for three inputs only, which then pass straight through.
    private func points(_ sides: [Int], _ inputs: Int) -> Int? {
        if sides.isEmpty { return inputs == 3 ? 0 : nil }
        return sides.allSatisfy { $0 >= 2 } ? sides.reduce(1, *) : nil
    }
}
