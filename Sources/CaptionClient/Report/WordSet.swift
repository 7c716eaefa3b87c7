/// The different words of a caption, as numbers, to be compared with those of others.
package struct WordSet: Sendable, Equatable {
    /// In order, each once.
    private let hashes: [UInt64]

    package init(_ text: String) {
        var sorted = Self.words(text).map { Fingerprint($0).mixed }
        sorted.sort()
        hashes = sorted.enumerated().filter { $0.offset == 0 || sorted[$0.offset - 1] != $0.element }.map(\.element)
    }

    package var isEmpty: Bool { hashes.isEmpty }

    func contains(_ word: String) -> Bool { hashes.contains(Fingerprint(word).mixed) }

    /// The words of a text in small letters, in the order of the text: letters, digits and apostrophes between them.
    package static func words(_ text: String) -> [String] {
        if let words = text.utf8.withContiguousStorageIfAvailable(asciiWords) ?? nil { return words }
        return text.lowercased().unicodeScalars.split { !isOfWord($0) }.compactMap { part in
            let bare = String(part).trimmed { $0 == "'" || $0 == "’" }
            return bare.isEmpty ? nil : String(bare)
        }
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isOfWord(UInt8(truncatingIfNeeded: scalar.value)) }
        let properties = scalar.properties
        return scalar == "’" || properties.isAlphabetic || properties.numericType != nil
            || properties.generalCategory == .nonspacingMark
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "'")
    }

    /// The same of ASCII, which most captions are, ten times as fast; `nil` where there is anything else.
    private static func asciiWords(_ bytes: UnsafeBufferPointer<UInt8>) -> [String]? {
        var (words, word) = ([String](), [UInt8]())
        func end() {
            while word.last == UInt8(ascii: "'") { word.removeLast() }
            if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
            word.removeAll(keepingCapacity: true)
        }
        for byte in bytes {
            guard byte < 0x80 else { return nil }
            if !isOfWord(byte) {
                end()
            } else if byte != UInt8(ascii: "'") || !word.isEmpty {
                word.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            }
        }
        end()
        return words
    }

    /// Which part of all words of two captions both of them have, 0 to 1.
    package func likeness(_ other: WordSet) -> Double {
        guard !isEmpty, !other.isEmpty else { return 0 }
        var (own, its, shared) = (0, 0, 0)
        while own < hashes.count, its < other.hashes.count {
            if hashes[own] == other.hashes[its] { shared += 1 }
            let isBehind = hashes[own] <= other.hashes[its]
            if other.hashes[its] <= hashes[own] { its += 1 }
            if isBehind { own += 1 }
        }
        return Double(shared) / Double(hashes.count + other.hashes.count - shared)
    }

    /// What tells like sets from others without looking at their words: for each of 32 orders of all words, the first
    /// word that the set has.
    package struct Signature: Sendable {
        private static let bandCount = 8
        private static let rowCount = 4
        private static let seeds = (1...UInt64(bandCount * rowCount)).map { Fingerprint.mixed($0 << 32 | $0) }

        private let firsts: [UInt64]

        fileprivate init(_ hashes: [UInt64]) {
            firsts = Self.seeds.map { seed in hashes.reduce(UInt64.max) { min($0, Fingerprint.mixed($1 ^ seed)) } }
        }

        /// How many bytes `bytes` has.
        static var size: Int { seeds.count }

        /// A byte of each first word. Of two sets that are alike by 0.8, 4 in 1,000 share less than `minShared`.
        var bytes: [UInt8] { firsts.map { UInt8(truncatingIfNeeded: $0) } }
        static let minShared = 20

        /// Keys of which like sets share one at least, as a rule, in bands of four rows: of two sets that are alike by
        /// 0.8, 98.5 % share one, of two alike by 0.9 all but 1 in 5,000.
        package var bandKeys: [UInt64] {
            (0..<Self.bandCount).map { band in
                var key = Fingerprint()
                key.add(UInt64(band))
                for row in 0..<Self.rowCount { key.add(firsts[band * Self.rowCount + row]) }
                return key.mixed
            }
        }
    }

    package var signature: Signature { Signature(hashes) }
}

extension String {
    fileprivate func trimmed(_ isWanted: (Character) -> Bool) -> Substring {
        var part = self[...]
        while let first = part.first, isWanted(first) { part.removeFirst() }
        while let last = part.last, isWanted(last) { part.removeLast() }
        return part
    }
}
