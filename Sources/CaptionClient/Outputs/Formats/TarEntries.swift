import Foundation

/// The files of a tar archive, found by their headers alone.
struct TarEntries {
    struct Entry: Sendable, Equatable {
        let name: String
        /// Where its bytes begin.
        let offset: Int
        let count: Int
        /// Where the next header stands.
        let end: Int
    }

    private(set) var entries: [Entry] = []
    /// Whether the archive is whole up to its end.
    private(set) var isWhole = true

    /// - Parameter descriptor: An open file.
    init(_ descriptor: Int32) {
        var (offset, longName): (Int, String?) = (0, nil)
        while true {
            guard let block = SystemRead.bytes(descriptor, TarHeader.size, at: offset) else {
                isWhole = offset == 0
                return
            }
            if block.allSatisfy({ $0 == 0 }) { return }
            guard let header = TarHeader(block) else {
                isWhole = false
                return
            }
            let start = offset + TarHeader.size
            let (end, isMore) = start.addingReportingOverflow(header.paddedCount)
            guard !isMore, end == start || SystemRead.bytes(descriptor, 1, at: end - 1) != nil else {
                isWhole = false
                return
            }
            switch header.kind {
            case UInt8(ascii: "L") where header.count <= 1 << 16:
                longName = SystemRead.bytes(descriptor, header.count, at: start).map {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
            case UInt8(ascii: "x") where header.count <= 1 << 20:
                longName = SystemRead.bytes(descriptor, header.count, at: start).flatMap(Self.paxPath)
            default:
                if header.isFile {
                    entries.append(Entry(name: longName ?? header.name, offset: start, count: header.count, end: end))
                }
                longName = nil
            }
            offset = end
        }
    }

    /// The path in an extended header: `28 path=a/long/name.jpg` on a line of its own.
    private static func paxPath(_ bytes: Data) -> String? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let records = lines.compactMap { $0.split(separator: UInt8(ascii: " "), maxSplits: 1).last }
        return records.first { $0.starts(with: "path=".utf8) }.map { String(decoding: $0.dropFirst(5), as: UTF8.self) }
    }
}
