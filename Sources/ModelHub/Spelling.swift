/// What somebody may have meant who has written something else.
package enum Spelling {
    /// The word that `text` is most likely to stand for, letters that are wrong, missing, too many or in the wrong order
    /// counted: one of four, two of more; `nil` where none is near.
    package static func nearest(to text: String, among words: [String]) -> String? {
        let written = Array(text.lowercased().prefix(64))
        let distances = words.map { (word: $0, distance: distance(written, Array($0))) }
        let nearest = distances.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        return nearest.flatMap { $0.distance <= ($0.word.count > 4 ? 2 : 1) ? $0.word : nil }
    }

    /// How many letters have to be changed, added, removed or swapped with their neighbour.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
