import Foundation

/// RAW files of every family, with little in them but previews, after exiftool's tables of tags.
struct RawSamples {
    struct Sample {
        let name: String
        let bytes: [UInt8]
        /// The JPEG that is to be found.
        let preview: [UInt8]
        let orientation: Int
    }

    let large: [UInt8]
    let small: [UInt8]
    /// What a sensor saw: a JPEG without loss, larger than all others.
    let sensor: [UInt8]

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/images")
        large = [UInt8](try Data(contentsOf: folder.appending(path: "profiles/jpeg_adobe.jpg")))
        small = [UInt8](try Data(contentsOf: folder.appending(path: "files/jpeg_progressive_422_37x23.jpg")))
        var sensor = small
        if let frame = sensor.indices.dropLast(9).first(where: { sensor[$0] == 0xFF && sensor[$0 + 1] == 0xC2 }) {
            sensor.replaceSubrange(frame + 1..<frame + 9, with: [0xC3, 0, 17, 8, 0x10, 0, 0x18, 0])
        }
        self.sensor = sensor
    }

    var all: [Sample] {
        [
            Sample(name: "canon.cr2", bytes: cr2, preview: large, orientation: 6),
            Sample(name: "nikon.nef", bytes: nef, preview: large, orientation: 8),
            Sample(name: "nikon_note.nef", bytes: nefNote, preview: large, orientation: 3),
            Sample(name: "sony.arw", bytes: arw, preview: large, orientation: 6),
            Sample(name: "adobe.dng", bytes: dng, preview: large, orientation: 6),
            Sample(name: "olympus.orf", bytes: orf, preview: large, orientation: 6),
            Sample(name: "panasonic.rw2", bytes: rw2, preview: large, orientation: 8),
            Sample(name: "pentax.pef", bytes: pef, preview: large, orientation: 1),
            Sample(name: "fuji.raf", bytes: raf, preview: turned, orientation: 6),
            Sample(name: "canon.cr3", bytes: cr3, preview: large, orientation: 6),
            Sample(name: "canon_small.cr3", bytes: cr3Small, preview: small, orientation: 8),
        ]
    }

    /// The large one, with an EXIF block of its own.
    var turned: [UInt8] {
        var writer = RawWriter(isBig: true)
        let directory = writer.add([0x0112: .short(6)])
        let block = Array("Exif\0\0".utf8) + writer.file(directory)
        return Array(large[..<2]) + [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block + large[2...]
    }

    private func camera(_ make: String, _ orientation: Int) -> [Int: RawWriter.Value] {
        [0x010F: .text(make), 0x0110: .text("Model"), 0x0112: .short(orientation)]
    }

    private func strip(_ offset: Int, _ count: Int, compression: Int) -> [Int: RawWriter.Value] {
        [0x0103: .short(compression), 0x0111: .long(offset), 0x0117: .long(count)]
    }

    private func both(_ one: [Int: RawWriter.Value], _ other: [Int: RawWriter.Value]) -> [Int: RawWriter.Value] {
        one.merging(other) { $1 }
    }

    var cr2: [UInt8] {
        var writer = RawWriter(more: Array("CR\u{2}\0\0\0\0\0".utf8))
        let (preview, thumbnail, raw) = (writer.add(large), writer.add(small), writer.add(sensor))
        let third = writer.add(strip(raw, sensor.count, compression: 6))
        let first = writer.add([0x0201: .long(thumbnail), 0x0202: .long(small.count)], next: third)
        let root = writer.add(
            both(camera("Canon", 6), strip(preview, large.count, compression: 6)), next: first)
        return writer.file(root)
    }

    var nef: [UInt8] {
        var writer = RawWriter(isBig: true)
        let (preview, raw) = (writer.add(large), writer.add(sensor))
        let pixels = writer.add([UInt8](repeating: 128, count: 160 * 120 * 3))
        let one = writer.add([0x00FE: .long(1), 0x0103: .short(6), 0x0201: .long(preview), 0x0202: .long(large.count)])
        let two = writer.add(both([0x0106: .short(32_803)], strip(raw, sensor.count, compression: 34_713)))
        let children = writer.numbers((one, 4), (two, 4))
        let own: [Int: RawWriter.Value] = [
            0x00FE: .long(1), 0x0100: .long(160), 0x0101: .long(120), 0x0106: .short(2), 0x0115: .short(3),
            0x014A: .data(children, type: 4),
        ]
        let root = writer.add(
            both(both(camera("NIKON CORPORATION", 8), strip(pixels, 57_600, compression: 1)), own))
        return writer.file(root)
    }

    /// The preview is in the note alone, which counts from itself.
    var nefNote: [UInt8] {
        let head = RawWriter()
        // The note's directory with one entry, the preview's with three, the preview.
        let directory = 8 + 18
        let preview = directory + 2 + 3 * 12 + 4
        let fields =
            head.numbers((1, 2), (0x0011, 2), (4, 2), (1, 4), (directory, 4), (0, 4))
            + head.numbers((3, 2), (0x0103, 2), (3, 2), (1, 4), (6, 4), (0x0201, 2), (4, 2), (1, 4), (preview, 4))
            + head.numbers((0x0202, 2), (4, 2), (1, 4), (large.count, 4), (0, 4))
        let note = Array("Nikon\0\u{2}\u{10}\0\0".utf8) + Array("II*\0".utf8) + head.numbers((8, 4)) + fields + large
        var writer = RawWriter()
        let exif = writer.add([0x927C: .data(note)])
        let raw = writer.add(sensor)
        let root = writer.add(
            both(
                both(camera("NIKON CORPORATION", 3), strip(raw, sensor.count, compression: 34_713)),
                [0x0106: .short(32_803), 0x8769: .long(exif)]))
        return writer.file(root)
    }

    var arw: [UInt8] {
        var writer = RawWriter()
        let (preview, thumbnail, raw) = (writer.add(large), writer.add(small), writer.add(sensor))
        let sub = writer.add(both([0x0106: .short(32_803)], strip(raw, sensor.count, compression: 32_767)))
        let first = writer.add([0x0103: .short(6), 0x0201: .long(thumbnail), 0x0202: .long(small.count)])
        let own: [Int: RawWriter.Value] = [
            0x00FE: .long(1), 0x0103: .short(6), 0x014A: .long(sub), 0x0201: .long(preview), 0x0202: .long(large.count),
        ]
        let root = writer.add(both(camera("SONY", 6), own), next: first)
        return writer.file(root)
    }

    var dng: [UInt8] {
        var writer = RawWriter()
        let (preview, raw) = (writer.add(large), writer.add(sensor))
        let pixels = writer.add([UInt8](repeating: 9, count: 64 * 48 * 3))
        let one = writer.add(
            both([0x0106: .short(34_892), 0x00FE: .long(0)], strip(raw, sensor.count, compression: 7)))
        let two = writer.add(
            both([0x00FE: .long(1), 0x0106: .short(6)], strip(preview, large.count, compression: 7)))
        let own: [Int: RawWriter.Value] = [
            0x00FE: .long(1), 0x0100: .long(64), 0x0101: .long(48), 0x0106: .short(2), 0x0115: .short(3),
            0x014A: .data(writer.numbers((one, 4), (two, 4)), type: 4), 0xC612: .data([1, 4, 0, 0], type: 1),
        ]
        let root = writer.add(both(both(camera("Adobe", 6), strip(pixels, 9216, compression: 1)), own))
        return writer.file(root)
    }

    /// The settings count from the note's beginning, as the preview's place does.
    var orf: [UInt8] {
        var writer = RawWriter(mark: Array("RO".utf8))
        // The note's directory with one entry, the settings with three, the preview.
        let settings = 12 + 18
        let preview = settings + 2 + 3 * 12 + 4
        let directory = writer.numbers((1, 2), (0x2020, 2), (13, 2), (1, 4), (settings, 4), (0, 4))
        let fields =
            writer.numbers((3, 2), (0x0100, 2), (4, 2), (1, 4), (1, 4))
            + writer.numbers((0x0101, 2), (4, 2), (1, 4), (preview, 4))
            + writer.numbers((0x0102, 2), (4, 2), (1, 4), (large.count, 4), (0, 4))
        let note = Array("OLYMPUS\0II\u{3}\0".utf8) + directory + fields + large
        let exif = writer.add([0x927C: .data(note)])
        let root = writer.add(both(camera("OLYMPUS CORPORATION", 6), [0x8769: .long(exif)]))
        return writer.file(root)
    }

    var rw2: [UInt8] {
        var writer = RawWriter(mark: Array("U\0".utf8))
        let root = writer.add(both(camera("Panasonic", 8), [0x002E: .data(large), 0x0002: .short(4000)]))
        return writer.file(root)
    }

    var pef: [UInt8] {
        var writer = RawWriter(isBig: true)
        let (preview, thumbnail, raw) = (writer.add(large), writer.add(small), writer.add(sensor))
        // The note's own directory counts from the file.
        let note =
            Array("AOC\0MM".utf8) + writer.numbers((2, 2), (3, 2), (4, 2), (1, 4), (large.count, 4))
            + writer.numbers((4, 2), (4, 2), (1, 4), (preview, 4), (0, 4))
        let exif = writer.add([0x927C: .data(note)])
        let first = writer.add([0x0103: .short(6), 0x0201: .long(thumbnail), 0x0202: .long(small.count)])
        let own: [Int: RawWriter.Value] = [0x0106: .short(32_803), 0x8769: .long(exif)]
        let root = writer.add(
            both(both(camera("PENTAX", 1), strip(raw, sensor.count, compression: 65_535)), own), next: first)
        return writer.file(root)
    }

    var raf: [UInt8] {
        let writer = RawWriter(isBig: true)
        let head = Array("FUJIFILMCCD-RAW 0201FF129504X-T3".utf8)
        let numbers = writer.numbers((148, 4), (turned.count, 4))
        let filled = head + [UInt8](repeating: 0, count: 84 - head.count) + numbers
        return filled + [UInt8](repeating: 0, count: 148 - filled.count) + turned
    }

    var cr3: [UInt8] { cr3(track: large, preview: small, orientation: 6) }
    var cr3Small: [UInt8] { cr3(track: sensor, preview: small, orientation: 8) }

    private func cr3(track: [UInt8], preview: [UInt8], orientation: Int) -> [UInt8] {
        let type = box("ftyp", Array("crx ".utf8) + number(1) + Array("crx isom".utf8))
        // The sample's place is behind all others, so it is known when these are.
        let length = type.count + movie(track.count, 0, orientation).count + previewBox(preview).count
        let sample = length + 8
        return type + movie(track.count, sample, orientation) + previewBox(preview) + box("mdat", track)
    }

    private func movie(_ count: Int, _ offset: Int, _ orientation: Int) -> [UInt8] {
        var writer = RawWriter()
        let root = writer.add(camera("Canon", orientation))
        let exif = writer.file(root)
        let canon = Self.bytes("85c0b687820f11e08111f4ce462b6a48")
        let own = box("uuid", canon + box("CNCV", Array("CanonCR3_001/00.09.00/00.00.00".utf8)) + box("CMT1", exif))
        let sizes = box("stsz", number(0) + number(count) + number(1))
        let places = box("co64", number(0) + number(1) + number(0) + number(offset))
        let visual = [UInt8](repeating: 0, count: 78)
        let description = box("stsd", number(0) + number(1) + box("CRAW", visual + box("JPEG", number(0))))
        let times = box("stts", number(0) + number(1) + number(1) + number(1))
        let chunks = box("stsc", number(0) + number(1) + number(1) + number(1) + number(1))
        let table = box("stbl", description + times + chunks + sizes + places)
        let handler = box("hdlr", number(0) + number(0) + Array("vide".utf8) + [UInt8](repeating: 0, count: 13))
        let track = box("trak", box("mdia", handler + box("minf", table)))
        return box("moov", own + track)
    }

    private func previewBox(_ preview: [UInt8]) -> [UInt8] {
        let size: [UInt8] = [0, 37, 0, 23, 0, 1]
        let content = number(0) + [0, 1] + size + number(preview.count) + preview
        return box(
            "uuid", Self.bytes("eaf42b5e1c984b88b9fbb7dc406e4d16") + number(0) + number(1) + box("PRVW", content))
    }

    private func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        number(content.count + 8) + Array(kind.utf8) + content
    }

    private func number(_ value: Int) -> [UInt8] { RawWriter(isBig: true).numbers((value, 4)) }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: 32, by: 2).compactMap { UInt8(hexadecimal.dropFirst($0).prefix(2), radix: 16) }
    }
}
