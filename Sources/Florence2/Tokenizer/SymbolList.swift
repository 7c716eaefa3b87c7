/// The tokens of a word while they merge: a linked list in arrays, positions counted in bytes of the word.
struct SymbolList {
    /// -1: merged into an earlier symbol.
    private var tokens: [Int32]
    private var next: [Int]
    private var previous: [Int]

    init(_ tokens: [Int32]) {
        self.tokens = tokens
        next = tokens.indices.map { $0 + 1 }
        previous = tokens.indices.map { $0 - 1 }
    }

    var positions: Range<Int> { tokens.indices }

    /// The symbol at a position and its right neighbour; nil if either is gone.
    func pair(at position: Int) -> (left: Int32, right: Int32)? {
        guard tokens[position] >= 0, next[position] < tokens.count else { return nil }
        return (tokens[position], tokens[next[position]])
    }

    func position(before position: Int) -> Int? { previous[position] < 0 ? nil : previous[position] }

    /// The symbol at a position swallows its right neighbour and becomes `token`.
    mutating func mergeNext(into position: Int, as token: Int32) {
        let swallowed = next[position]
        tokens[position] = token
        tokens[swallowed] = -1
        next[position] = next[swallowed]
        if next[position] < tokens.count { previous[next[position]] = position }
    }

    func forEachToken(_ body: (Int32) -> Void) {
        for token in tokens where token >= 0 { body(token) }
    }
}
