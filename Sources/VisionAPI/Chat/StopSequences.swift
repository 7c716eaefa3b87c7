/// Cuts a text that comes in pieces where one of a few words begins that a client wants nothing behind.
///
/// What may be the beginning of such a word waits until more has come.
package struct StopSequences: Sendable {
    private let words: [[UInt8]]
    private var held: [UInt8] = []
    package private(set) var hasStopped = false

    /// Words that are looked at, and their longest.
    private static let maxCount = 16
    private static let maxSize = 1024

    package init(_ words: [String]) {
        let words = words.prefix(Self.maxCount).map { Array($0.utf8) }
        self.words = words.filter { !$0.isEmpty && $0.count <= Self.maxSize }
    }

    /// - Returns: What of the text so far is certain to stay, without what was returned before.
    package mutating func add(_ piece: String) -> String {
        guard !hasStopped else { return "" }
        if words.isEmpty { return piece }
        held += piece.utf8
        // The word that is whole first ends the text, as it does for who reads along.
        let found = words.compactMap { held.firstRange(of: $0) }
        if let end = found.min(by: { ($0.upperBound, $0.lowerBound) < ($1.upperBound, $1.lowerBound) }) {
            hasStopped = true
            return take(end.lowerBound)
        }
        return take(held.count - longestBeginning)
    }

    /// What was held back and is no such word.
    package mutating func finish() -> String {
        hasStopped ? "" : take(held.count)
    }

    /// How much of the end may be the beginning of a word.
    private var longestBeginning: Int {
        words.map { word in
            (1...word.count).last {
                $0 < word.count && $0 <= held.count && held.suffix($0).elementsEqual(word.prefix($0))
            } ?? 0
        }.max() ?? 0
    }

    private mutating func take(_ count: Int) -> String {
        defer { held.removeFirst(hasStopped ? held.count : count) }
        return String(decoding: held[..<count], as: UTF8.self)
    }
}

extension StopSequences {
    /// All of a text up to the first of the words.
    package func cut(_ text: String) -> String {
        var copy = self
        return copy.add(text) + copy.finish()
    }
}
