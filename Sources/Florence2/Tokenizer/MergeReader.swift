/// Resolves the list of merges against the vocabulary.
struct MergeReader {
    private(set) var merges: BytePairEncoding
    private let vocabulary: Vocabulary
    private let file: String
    private var rank = 0

    init(_ vocabulary: Vocabulary, file: String) {
        self.vocabulary = vocabulary
        self.file = file
        merges = BytePairEncoding(vocabulary: vocabulary)
    }

    /// Reads an array of `"left right"` or `["left", "right"]`.
    mutating func readJSON(_ reader: inout JSONReader) throws(TokenizerError) {
        var pair: [UInt8] = []
        try reader.beginArray()
        while try reader.nextElement() {
            pair.removeAll(keepingCapacity: true)
            if reader.peek() == UInt8(ascii: "[") {
                let split = try Self.readPair(&reader, into: &pair)
                try add(pair[..<split], pair[split...])
            } else {
                try reader.readString(appendingTo: &pair)
                try add(line: pair[...])
            }
        }
    }

    /// Reads the lines of `merges.txt`; those that begin with `#version` and empty ones are passed over.
    mutating func readText(_ text: [UInt8]) throws(TokenizerError) {
        guard String(validating: text, as: UTF8.self) != nil else {
            throw .malformed(file: file, offset: 0, expected: "text in UTF-8")
        }
        for line in text.split(separator: 0x0A) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { continue }
            try add(line: line)
        }
    }

    private static func readPair(_ reader: inout JSONReader, into pair: inout [UInt8]) throws(TokenizerError) -> Int {
        try reader.beginArray()
        guard try reader.nextElement() else { throw reader.expected("two tokens to merge") }
        try reader.readString(appendingTo: &pair)
        let split = pair.count
        guard try reader.nextElement() else { throw reader.expected("two tokens to merge") }
        try reader.readString(appendingTo: &pair)
        guard try !reader.nextElement() else { throw reader.expected("two tokens to merge") }
        return split
    }

    private mutating func add(line: ArraySlice<UInt8>) throws(TokenizerError) {
        guard let space = line.firstIndex(of: 0x20), !line[(space + 1)...].contains(0x20) else {
            throw .inconsistent(
                file: file, detail: "merge \(rank) is \"\(String(decoding: line, as: UTF8.self))\", not two tokens")
        }
        try add(line[..<space], line[(space + 1)...])
    }

    private mutating func add(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) throws(TokenizerError) {
        guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
            let mergedID = vocabulary.id(ofJoined: left, right),
            merges.add(rank: rank, left: leftID, right: rightID, merged: mergedID)
        else {
            let names = [left, right].map { "\"\(String(decoding: $0, as: UTF8.self))\"" }.joined(separator: " and ")
            throw .inconsistent(file: file, detail: "merge \(rank) of \(names) names a token that the vocabulary lacks")
        }
        rank += 1
    }
}
