/// Phrases that say where in the image something is: "in the background", "on the left side of the image".
enum LocationPhrases {
    private static let place = "side|corner|edge|half|part|portion|third|section|area|quadrant"
    private static let at = "on|to|at|in|from|along|near|towards|toward"
    private static let corner =
        "top-left|top-right|bottom-left|bottom-right|upper-left|upper-right|lower-left|lower-right"
    private static let level = "top|bottom|upper|lower|center|centre|middle|central|\(corner)"

    /// Phrases that end with a noun of their own.
    private static let whole = PhraseIndex([
        "in|at the [far|near|distant|blurred|blurry|immediate|middle] background|foreground|distance|midground",
        "in the middle ground",
        "\(at) the [far|extreme|upper|lower|top|bottom] left|right|left-hand|right-hand [hand] \(place)",
        "\(at) the [very] \(level) [left|right|center|centre|middle] \(place)",
        "on|to the left and [the] right sides",
    ])

    /// Phrases whose last word may be the beginning of another noun: "on the right hand".
    private static let open = PhraseIndex([
        "on|to|at the [far|extreme] left|right", "on|to the left and|or [the] right",
        "in|at|near|towards|toward the [very] \(level) [left|right|center|centre|middle]",
    ])

    private static let tail = PhrasePattern(
        "of the|this image|picture|photo|photograph|frame|scene|shot|composition|painting|illustration|drawing|canvas")
    private static let verb = PhrasePattern(
        "[is|are|was|were] positioned|located|situated|placed|centered|centred [slightly|directly|just]")
    private static let shade = PhrasePattern("slightly|just|directly|partially")

    /// Words that go on with a sentence, where another one would be the noun that the phrase is about.
    private static let followers: Set<String> = [
        "a", "an", "the", "and", "or", "but", "with", "while", "as", "is", "are", "was", "were", "has", "have", "there",
        "who", "which", "that", "where", "whose", "in", "on", "at", "by", "behind", "above", "below", "beside", "near",
        "next", "two", "three", "several", "some", "someone", "can", "we", "you", "he", "she", "it", "they", "another",
    ]
    private static let nouns: Set<String> = ["building", "ceiling", "string", "painting", "clothing", "railing"]
    /// What is said of a direction, not of a place, and what is told apart by its place.
    private static let turns: Set<String> = [
        "looking", "looks", "facing", "faces", "turned", "turning", "pointing", "points", "leaning", "walking",
        "moving", "tilted", "glancing", "gazing", "swiping", "directed", "one", "other", "another",
    ]
    /// Verbs that the phrase has put before their subject.
    private static let inverted: Set<String> = [
        "stands", "stand", "sits", "sit", "lies", "lie", "hangs", "hang", "can", "rises", "rise", "stood", "sat",
    ]

    /// A text without them, and without the commas that parted them from the rest.
    static func stripped(from text: String) -> String {
        let tokens = TextToken.all(of: text)
        var rest = RestOfText()
        // What stands in quotes is written in the image.
        var (index, isQuoted) = (0, false)
        while index < tokens.count {
            if !isQuoted, let end = end(in: tokens, at: index, behind: rest.last?.key) {
                index = rest.leaveOut(index..<end, of: tokens)
            } else {
                isQuoted = Self.isQuoted(isQuoted, behind: tokens[index].key)
                rest.append(tokens[index])
                index += 1
            }
        }
        return rest.isWhole ? text : rest.text
    }

    private static func isQuoted(_ before: Bool, behind key: String) -> Bool {
        switch key {
        case "\"": !before
        case "“", "«": true
        case "”", "»": false
        default: before
        }
    }

    private static func end(in tokens: [TextToken], at start: Int, behind last: String?) -> Int? {
        guard
            let end = [start, verb.end(in: tokens, at: start), shade.end(in: tokens, at: start)].compactMap({ $0 })
                .compactMap({ core(in: tokens, at: tokens.skippingSpace(from: $0)) }).max()
        else { return nil }
        if let last, turns.contains(last) { return nil }
        let isInverted = RestOfText.beginsClause(behind: last) && tokens.key(from: end).map(inverted.contains) ?? false
        return isInverted ? nil : end
    }

    private static func core(in tokens: [TextToken], at start: Int) -> Int? {
        let ends = [
            whole.end(in: tokens, at: start),
            open.end(in: tokens, at: start) { end in
                tail.end(in: tokens, at: end) != nil || endsThere(tokens.key(from: end))
            },
        ]
        guard let end = ends.compactMap({ $0 }).max() else { return nil }
        if let whole = tail.end(in: tokens, at: end) { return whole }
        // The left of the dog is no place in the image.
        return tokens.key(from: end) == "of" ? nil : end
    }

    /// Whether a phrase may end before a word.
    private static func endsThere(_ next: String?) -> Bool {
        guard let next, let first = next.first, first.isLetter || first.isNumber else { return true }
        return followers.contains(next) || next.hasSuffix("ing") && next.count > 5 && !nouns.contains(next)
    }
}
