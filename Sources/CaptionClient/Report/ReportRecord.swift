package import Foundation

/// What is known of an image and its captions.
package struct ReportRecord: Equatable, Sendable {
    package var name: String
    /// By the number of the channel; `nil` where there is none, or it was not read.
    package var captions: [String?]
    /// Whether they are of this run, not of an earlier one.
    package var isNew: Bool
    /// What is said beside them.
    package var note: String?

    package init(name: String, captions: [String?], isNew: Bool, note: String? = nil) {
        (self.name, self.captions, self.isNew, self.note) = (name, captions, isNew, note)
    }

    /// All of what it says, to be compared; `nil` where there is nothing that can be.
    var text: String? {
        let texts = captions.compactMap { $0 }.filter { !CaptionChannel.isPlaces($0) }
        return texts.isEmpty ? nil : texts.joined(separator: "\n")
    }

    /// The record in bytes: each text behind the number of its bytes, which is all ones where there is none.
    package var bytes: Data {
        var bytes = Data([isNew ? 1 : 0])
        for text in [name, note] + captions {
            let count = text.map { UInt32(clamping: $0.utf8.count) } ?? .max
            withUnsafeBytes(of: count.littleEndian) { bytes.append(contentsOf: $0) }
            if let text { bytes.append(contentsOf: text.utf8) }
        }
        return bytes
    }

    /// Reads what `bytes` wrote; `nil` for all else.
    package init?(_ bytes: Data) {
        guard let first = bytes.first else { return nil }
        var (rest, texts) = (bytes.dropFirst(), [String?]())
        while !rest.isEmpty {
            let head = rest.prefix(4)
            guard head.count == 4 else { return nil }
            let count = head.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            guard count != .max else {
                texts.append(nil)
                continue
            }
            guard count <= rest.count else { return nil }
            texts.append(String(decoding: rest.prefix(Int(count)), as: UTF8.self))
            rest = rest.dropFirst(Int(count))
        }
        guard texts.count >= 2, let name = texts[0] else { return nil }
        self.init(name: name, captions: Array(texts[2...]), isNew: first == 1, note: texts[1])
    }
}
