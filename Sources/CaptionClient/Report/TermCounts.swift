/// In how many captions a tag or a word is, for a bounded number of different ones.
package struct TermCounts: Sendable {
    package struct Term: Equatable, Sendable {
        package let text: String
        package let count: Int

        package init(text: String, count: Int) {
            (self.text, self.count) = (text, count)
        }
    }

    private var counts: [String: Int] = [:]
    private let maxCount: Int
    /// By how much a count may be too low, as rare ones had to go.
    package private(set) var error = 0

    /// No tag or word is longer; what is, is text without blanks.
    private static let maxLength = 80

    /// - Parameter maxCount: how many different ones are kept.
    package init(maxCount: Int = 100_000) {
        self.maxCount = max(maxCount, 1)
    }

    package var count: Int { counts.count }

    /// How many are in one caption alone.
    package var onceCount: Int { counts.values.count { $0 == 1 } }

    /// Counts what is in one caption, each once.
    package mutating func add(_ terms: [String]) {
        for term in Self.different(terms) { counts[term, default: 0] += 1 }
        while counts.count > maxCount {
            error += 1
            counts = counts.compactMapValues { $0 > 1 ? $0 - 1 : nil }
        }
    }

    /// Takes back what was counted of one caption.
    package mutating func remove(_ terms: [String]) {
        for term in Self.different(terms) {
            guard let count = counts[term] else { continue }
            counts[term] = count > 1 ? count - 1 : nil
        }
    }

    /// The most frequent ones, the first by the alphabet first where two are equal.
    package func top(_ limit: Int) -> [Term] {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(limit).map { Term(text: $0.key, count: $0.value) }
    }

    private static func different(_ terms: [String]) -> Set<String> { Set(terms.map { String($0.prefix(maxLength)) }) }
}

/// How many captions there are of each length.
package struct LengthCounts: Sendable {
    package struct Bar: Equatable, Sendable {
        /// The lengths that it stands for, and how many captions have one of them.
        package let lengths: ClosedRange<Int>
        package let count: Int
    }

    private var counts: [Int] = []
    package private(set) var count = 0
    private var sum = 0

    /// Whatever is longer counts as this long.
    package static let maxLength = 2000

    package init() {}

    package mutating func add(_ length: Int) { change(length, by: 1) }
    package mutating func remove(_ length: Int) { change(length, by: -1) }

    private mutating func change(_ length: Int, by amount: Int) {
        let length = min(max(length, 0), Self.maxLength)
        while counts.count <= length { counts.append(0) }
        counts[length] += amount
        count += amount
        sum += amount * length
    }

    package var shortest: Int { counts.firstIndex { $0 > 0 } ?? 0 }
    package var longest: Int { counts.lastIndex { $0 > 0 } ?? 0 }
    package var mean: Double { count > 0 ? Double(sum) / Double(count) : 0 }

    /// The length that half of the captions do not exceed.
    package var median: Int {
        var left = (count + 1) / 2
        for (length, count) in counts.enumerated() {
            left -= count
            if left <= 0 { return length }
        }
        return 0
    }

    /// Bars of equal widths, a round number each, from the shortest to the longest.
    package func bars(most: Int) -> [Bar] {
        guard count > 0 else { return [] }
        let widths = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
        let width = widths.first { longest / $0 - shortest / $0 < max(most, 1) } ?? 5000
        return (shortest / width...longest / width).map { bar in
            let lengths = bar * width...(bar + 1) * width - 1
            return Bar(lengths: lengths, count: counts[lengths.clamped(to: 0...counts.count - 1)].reduce(0, +))
        }
    }
}
