/// What somebody may have meant.
enum Spelling {
    /// The word that is most like `text`, where one is so like it that it may have been meant: one of few mistakes, or one
    /// that is the beginning of the other.
    static func nearest(to text: String, among words: some Sequence<String>) -> String? {
        let letters = Array(text)
        let near = words.map { (word: $0, distance: distance(letters, Array($0))) }.min {
            ($0.distance, $0.word) < ($1.distance, $1.word)
        }
        if let near, near.distance <= max(1, letters.count / 4) { return near.word }
        return words.filter { $0.count > 2 && (text.hasPrefix($0) || $0.hasPrefix(text) && text.count > 2) }.min()
    }

    /// How many letters have to be added, left out, replaced, or swapped with the next one.
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var best = min(last[column + 1], current[column]) + 1
                best = min(best, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
