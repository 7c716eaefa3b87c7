/// What is done to a text of the model before anybody gets it. The steps come in one order, that of the fields here.
package struct CleanUp: Sendable, Equatable {
    /// Whether "The image shows" and the like go from the beginning, so that a caption begins with its subject.
    package var trimsPreamble = false
    /// Whether phrases go that say where in the image something is, such as "in the background".
    package var stripsLocations = false
    /// Text for text, each in its turn.
    package var replacements: [Replacement] = []
    /// What is done to lists of tags, and to nothing else.
    package var tags = TagRules()
    /// The most words; the text then ends with a sentence or a tag, where one ends before that.
    package var maxWords: Int?
    /// The most characters, in the same way.
    package var maxCharacters: Int?

    package init() {}

    /// What came of a text.
    package struct Outcome: Sendable, Equatable {
        package let text: String
        /// Whether nothing would have been left, so that the text is as it came.
        package let isKept: Bool

        package init(text: String, isKept: Bool) {
            self.text = text
            self.isKept = isKept
        }
    }

    /// Whether nothing is done to any text.
    package var isEmpty: Bool { self == CleanUp() }

    /// Cleans a text. Nobody's caption becomes empty: a text of which nothing would be left stays as it came.
    package func clean(_ text: String, as kind: TextKind = .unknown) -> Outcome {
        var work = CleaningWork(steps: .max)
        return (try? clean(text, as: kind, within: &work)) ?? Outcome(text: text, isKept: true)
    }

    /// The same for a text and rules of which nobody knows what they come to.
    ///
    /// - Parameter work: What it may take, and then what is left of that.
    /// - Throws: `CleaningWork.Exceeded`, before it takes more.
    package func clean(
        _ text: String, as kind: TextKind, within work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> Outcome {
        guard !isEmpty else { return Outcome(text: text, isKept: false) }
        var cleaned = try Self.repeated(text, cost: shorteningCost, &work) { shortened($0, kind) }
        // Rules that feed each other could let a text grow without end.
        guard let replaced = try replaced(cleaned, limit: 4 * text.count + 4096, &work) else {
            return Outcome(text: text, isKept: true)
        }
        cleaned = try Self.repeated(replaced, cost: shorteningCost + finishingCost, &work) {
            limited(tagged(shortened($0, kind), kind), kind)
        }
        guard Self.isCaption(text) else { return Outcome(text: text, isKept: false) }
        return Self.isCaption(cleaned) ? Outcome(text: cleaned, isKept: false) : Outcome(text: text, isKept: true)
    }

    private func replaced(
        _ text: String, limit: Int, _ work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> String? {
        guard !replacements.isEmpty else { return text }
        var letters = RuleText(text)
        for replacement in replacements {
            guard let next = try replacement.apply(to: letters, limit: limit, within: &work) else { return nil }
            letters = next
        }
        return letters.text
    }

    private static let maxRounds = 8

    /// A step may bring up what an earlier one takes away: "In the background, the image shows a tree".
    ///
    /// - Parameter cost: Steps of work for each byte in each round.
    private static func repeated(
        _ text: String, cost: Int, _ work: inout CleaningWork, _ steps: (String) -> String
    ) throws(CleaningWork.Exceeded) -> String {
        var text = text
        for _ in 0..<maxRounds {
            try work.spend(cost * text.utf8.count)
            let next = steps(text)
            if next == text { break }
            text = next
        }
        return text
    }

    private var shorteningCost: Int { trimsPreamble || stripsLocations ? 60 : 4 }

    private var finishingCost: Int {
        ((maxWords ?? maxCharacters) == nil ? 0 : 30) + (tags.isEmpty ? 0 : tags.cost)
    }

    private func shortened(_ text: String, _ kind: TextKind) -> String {
        var text = Trimming.trimmed(text)
        if trimsPreamble, !kind.isTags(text[...]) { text = Preamble.trimmed(from: text) }
        if stripsLocations { text = LocationPhrases.stripped(from: text) }
        return Trimming.trimmed(text)
    }

    private func tagged(_ text: String, _ kind: TextKind) -> String {
        guard !tags.isEmpty else { return text }
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            kind.isTags(line) ? tags.apply(to: line) : String(line)
        }
        return Trimming.trimmed(lines.filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private func limited(_ text: String, _ kind: TextKind) -> String {
        var text = text
        let isTags = kind.isTags(text[...])
        if let maxWords { text = LengthLimit.words(maxWords).cut(text, isTags: isTags) }
        if let maxCharacters { text = LengthLimit.characters(maxCharacters).cut(text, isTags: isTags) }
        return text
    }

    /// Whether there is something to read in it.
    private static func isCaption(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }
}

/// White space at the ends of texts.
enum Trimming {
    static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
        guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(text[start...last])
    }

    /// A text with a capital at its beginning; names such as iPhone stay as they are.
    static func capitalized(_ text: String) -> String {
        guard let first = text.first, first.isLowercase, text.dropFirst().first?.isUppercase != true else {
            return text
        }
        let capital = first.uppercased()
        return capital.count == 1 ? capital + text.dropFirst() : text
    }
}
