import Florence2

/// How many words a prompt lets a caption have at most.
struct WordLimit {
    private let count: Int

    /// A sentence such as "in under 50 words", "at most twenty words", "50 words or less" or "in 20 words"; `nil` where it
    /// limits nothing, or each of several sentences.
    init?(in sentence: PromptSentence) {
        let words = sentence.words
        for index in words.indices.dropFirst() where words[index] == "words" || words[index] == "word" {
            guard let count = Self.number(words[..<index]), count > 0 else { continue }
            let after = words[index...].dropFirst().prefix(4)
            if after.contains(where: ["each", "per"].contains) || after.starts(with: ["or", "more"]) { continue }
            let before = words[..<index].suffix(6)
            if before.contains(where: ["least", "minimum", "min", "over", "above"].contains) { continue }
            if before.contains("more"), !before.contains("no"), !before.contains("not") { continue }
            self.count = count
            return
        }
        return nil
    }

    /// The task whose captions are the longest that stay within it, as a rule.
    var task: FlorenceTask {
        switch count {
        case ...30: .caption
        case ...75: .detailedCaption
        default: .moreDetailedCaption
        }
    }

    /// The number that a text ends with: `50`, `fifty` or `two hundred`; of a range such as `10-20` the greater one.
    private static func number(_ words: ArraySlice<String>) -> Int? {
        guard let last = words.last else { return nil }
        if let number = Int(last) { return number }
        guard last == "hundred" else { return numbers[last] }
        return 100 * (words.dropLast().last.flatMap { Int($0) ?? numbers[$0] } ?? 1)
    }

    private static let numbers: [String: Int] = [
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
        "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
        "seventy": 70, "eighty": 80, "ninety": 90,
    ]
}
