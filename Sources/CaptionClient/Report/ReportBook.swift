package import Foundation

/// All that a report says: figures in memory, captions and thumbnails in a file.
package struct ReportBook: Sendable {
    private struct Entry: Sendable {
        var offset: Int
        var textSize: UInt32
        var thumbnailSize: UInt32
        /// Whether it still counts.
        var isAlive = true
    }

    private let spill: SpillFile
    private var end = 0
    private var entries: [Entry] = []
    /// The entry of each image, by a hash of its name.
    private var known: [UInt64: UInt32] = [:]
    /// Thumbnails of an earlier report, by the same.
    private var kept: [UInt64: (offset: Int, size: UInt32)] = [:]
    private var sample = EvenSample(capacity: Self.maxShown)
    package private(set) var tallies: [CaptionTally]
    package private(set) var similar = SimilarCaptions()
    package private(set) var newCount = 0
    package private(set) var oldCount = 0
    /// How many of the old ones have captions that were not read.
    package private(set) var unreadCount = 0

    /// The most images that are shown, failures included, and how many of them failures may be.
    package static let maxShown = 2000
    package static let maxFailures = 1800
    /// More than any thumbnail of the longest side that is asked for takes in base64.
    private static let maxThumbnail = 64 << 10

    /// - Parameter path: The report's file.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    package init(path: String, channels: [CaptionChannel]) throws(ClientError) {
        spill = try SpillFile(beside: path)
        tallies = channels.map(CaptionTally.init)
    }

    package var count: Int { newCount + oldCount }

    /// An image's key in the sample, and in the page.
    package static func key(_ name: String) -> UInt64 { Fingerprint(name).mixed }

    /// Whether an image may be shown.
    package func admits(_ name: String) -> Bool { sample.admits(Self.key(name)) }

    /// Adds an image, or puts it in the place of what was known of it.
    /// - Parameter thumbnail: A JPEG in base64.
    /// - Returns: whether it was known.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    @discardableResult
    package mutating func add(_ record: ReportRecord, thumbnail: String?) throws(ClientError) -> Bool {
        let key = Self.key(record.name)
        let wasKnown = remove(record.name)
        let bytes = record.bytes
        var entry = Entry(offset: end, textSize: UInt32(clamping: bytes.count), thumbnailSize: 0)
        try spill.write(bytes, at: end)
        end += bytes.count
        if sample.admits(key) {
            let image = thumbnail.flatMap(Self.checked) ?? keptThumbnail(key) ?? Data()
            try spill.write(image, at: end)
            end += image.count
            entry.thumbnailSize = UInt32(clamping: image.count)
        }
        // Out of the book while this is read, so that nothing is copied.
        var similar = SimilarCaptions()
        swap(&similar, &self.similar)
        similar.add(record.text) { self.record($0)?.text.map(WordSet.init) }
        swap(&similar, &self.similar)
        known[key] = UInt32(clamping: entries.count)
        sample.add(entries.count, key: key)
        entries.append(entry)
        count(record, by: 1)
        return wasKnown
    }

    /// Takes an image out, as it has failed, or there is something new of it.
    /// - Returns: whether it was in.
    @discardableResult
    package mutating func remove(_ name: String) -> Bool {
        let key = Self.key(name)
        guard let number = known.removeValue(forKey: key), let record = record(Int(number)) else { return false }
        entries[Int(number)].isAlive = false
        sample.remove(key)
        count(record, by: -1)
        return true
    }

    private mutating func count(_ record: ReportRecord, by amount: Int) {
        if record.isNew { newCount += amount } else { oldCount += amount }
        if !record.isNew, record.captions.allSatisfy({ $0 == nil }) { unreadCount += amount }
        for (channel, text) in record.captions.enumerated() where channel < tallies.count {
            guard let text else { continue }
            if amount > 0 { tallies[channel].add(text) } else { tallies[channel].remove(text) }
        }
    }

    /// Takes over the thumbnails of an earlier report, for images that need not be asked about again.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    package mutating func keep(_ thumbnails: [UInt64: Data]) throws(ClientError) {
        for (key, thumbnail) in thumbnails {
            try spill.write(thumbnail, at: end)
            kept[key] = (end, UInt32(clamping: thumbnail.count))
            end += thumbnail.count
        }
    }

    /// The images of an earlier report that may be shown and are not in the book so far, in the order of their keys.
    package var awaited: [UInt64] {
        kept.keys.filter { known[$0] == nil && sample.admits($0) }.sorted()
    }

    /// An image's thumbnail of an earlier report, in base64.
    package func keptThumbnail(_ key: UInt64) -> Data? {
        kept[key].flatMap { spill.read(at: $0.offset, count: Int($0.size)) }
    }

    /// Makes room for failures among what is shown.
    package mutating func makeRoom(failures: Int) {
        sample.shrink(to: Self.maxShown - min(failures, Self.maxFailures))
    }

    /// The images that are shown, in the order of their names.
    package var shown: [Int] {
        let names = sample.numbers.map { (number: $0, name: FileName(record($0)?.name ?? "")) }
        return names.sorted { $0.name < $1.name }.map(\.number)
    }

    package func isAlive(_ number: Int) -> Bool { entries[number].isAlive }

    package func record(_ number: Int) -> ReportRecord? {
        spill.read(at: entries[number].offset, count: Int(entries[number].textSize)).flatMap(ReportRecord.init)
    }

    package func hasThumbnail(_ number: Int) -> Bool { entries[number].thumbnailSize > 0 }

    /// An image's thumbnail in base64.
    package func thumbnail(_ number: Int) -> Data? {
        let entry = entries[number]
        guard entry.thumbnailSize > 0 else { return nil }
        return spill.read(at: entry.offset + Int(entry.textSize), count: Int(entry.thumbnailSize))
    }

    /// A JPEG in base64 and nothing else: it stands in a page as it is.
    static func checked(_ base64: String) -> Data? {
        let bytes = Data(base64.utf8)
        return bytes.count <= maxThumbnail && bytes.starts(with: "/9j/".utf8) && bytes.allSatisfy(isBase64)
            ? bytes : nil
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: false
        }
    }
}
