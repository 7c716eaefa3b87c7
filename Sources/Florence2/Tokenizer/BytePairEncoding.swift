/// Byte-level byte-pair encoding (Sennrich et al. 2016): merges the adjacent pair of lowest rank, leftmost first,
/// until none is left.
struct BytePairEncoding: Sendable {
    /// The token of each single byte; nil where the vocabulary has none, and such a byte is dropped.
    private let tokenOfByte: [Int32?]
    /// (left token, right token) -> (rank, token).
    private var merges: [UInt64: Merge] = [:]

    private struct Merge: Sendable {
        let rank: UInt32
        let token: Int32
    }

    init(vocabulary: Vocabulary) {
        tokenOfByte = (0...255).map { byte in
            vocabulary.id(of: ByteLevel.spelling(of: UInt8(byte))[...]).flatMap { Int32(exactly: $0) }
        }
    }

    /// Whether every byte has a token.
    var coversAllBytes: Bool { !tokenOfByte.contains(nil) }

    /// Adds the merge of the next rank; of one pair named twice the last counts. False if an id does not fit 32 bits.
    mutating func add(rank: Int, left: Int, right: Int, merged: Int) -> Bool {
        guard let left = Int32(exactly: left), let right = Int32(exactly: right), let token = Int32(exactly: merged),
            let rank = UInt32(exactly: rank)
        else { return false }
        merges[Self.key(left, right)] = Merge(rank: rank, token: token)
        return true
    }

    /// Appends the tokens of one word. Time grows as n log n with its length.
    func encode(_ word: ArraySlice<UInt8>, appendingTo ids: inout [Int]) {
        var symbols = SymbolList(word.compactMap { tokenOfByte[Int($0)] })
        var queue = MergeQueue(
            symbols.positions.compactMap { position in merge(at: position, of: symbols).map { ($0.rank, position) } })
        while let (rank, position) = queue.popFirst() {
            guard let merge = merge(at: position, of: symbols), merge.rank == rank else { continue }
            symbols.mergeNext(into: position, as: merge.token)
            for neighbour in [position, symbols.position(before: position)] {
                guard let neighbour, let merge = self.merge(at: neighbour, of: symbols) else { continue }
                queue.insert(rank: merge.rank, position: neighbour)
            }
        }
        symbols.forEachToken { ids.append(Int($0)) }
    }

    /// The merge of the symbol at a position with its right neighbour.
    private func merge(at position: Int, of symbols: SymbolList) -> Merge? {
        guard let (left, right) = symbols.pair(at: position) else { return nil }
        return merges[Self.key(left, right)]
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
