/// The names of members that a prompt speaks of.
struct MemberWords {
    private let prompt: PromptText

    struct Name {
        let text: String
        /// Whether it stands where a list or braces say what it is.
        let isDefined: Bool
        /// Whether that says that it may be left out.
        let isOptional: Bool
    }

    init(_ prompt: PromptText) {
        self.prompt = prompt
    }

    private static let maxNames = 32

    /// Names in quotes or backticks: those that a list or braces define, or else those in a sentence that speaks of keys
    /// or of JSON.
    var quoted: [Name]? {
        var defined: [Name] = []
        var mentioned: [Name] = []
        for line in prompt.text.split(separator: "\n") {
            let speaksOfKeys = PromptSentence.split(String(line)).contains { $0.hasAny(Self.keyWords) }
            for name in Self.quotedNames(in: line) {
                if name.isDefined { Self.add(name, to: &defined) }
                if speaksOfKeys { Self.add(name, to: &mentioned) }
            }
        }
        let names = defined.isEmpty ? mentioned : defined
        return names.isEmpty ? nil : names
    }

    private static func add(_ name: Name, to names: inout [Name]) {
        if !names.contains(where: { $0.text == name.text }), names.count < maxNames { names.append(name) }
    }

    private static let keyWords: Set<String> = [
        "json", "key", "keys", "field", "fields", "property", "properties", "attribute", "attributes", "member",
        "members",
    ]

    private static func quotedNames(in line: Substring) -> [Name] {
        var names: [Name] = []
        var rest = line
        // What stands before the place that was reached.
        var (place, hasLetter, hasBrace) = (line.startIndex, false, false)
        while let open = rest.firstIndex(where: { $0 == "\"" || $0 == "`" || $0 == "'" }) {
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.prefix(65).firstIndex(of: rest[open]) else {
                rest = inside
                continue
            }
            let name = inside[..<close]
            // An apostrophe within a word opens nothing.
            let isWithinWord = open > line.startIndex && line[line.index(before: open)].isLetter
            guard isName(name), !isWithinWord else {
                rest = inside
                continue
            }
            let after = inside[inside.index(after: close)...]
            let isKey = after.drop(while: \.isWhitespace).first.map { ":(-".contains($0) } ?? false
            for character in line[place..<open] {
                hasLetter = hasLetter || character.isLetter
                hasBrace = hasBrace || character == "{"
            }
            place = open
            let isListed = !hasLetter || hasBrace
            let note = after.drop(while: \.isWhitespace).prefix(40).prefix { $0 != ")" && $0 != ":" }
            names.append(
                Name(text: String(name), isDefined: isKey && isListed, isOptional: note.contains("optional")))
            rest = after
        }
        return names
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    }

    /// Words that are names of what can be filled, and those that are written as programs write names.
    var plain: [String]? {
        var names: [String] = []
        for word in Self.words(in: prompt.text) {
            let isWanted =
                switch PropertyMeaning(word) {
                case .caption, .things: word.utf8.count <= 20 && word.lowercased() != "detailed"
                case .writtenText: ["ocr", "transcription"].contains(word.lowercased())
                case .probability, .unknown: Self.isIdentifier(word)
                case .anything, .imagePrompt: false
                }
            let isNew = !names.contains { Self.isSame($0, word) }
            if isWanted, isNew, names.count < Self.maxNames { names.append(word) }
        }
        if let labels = names.first(where: { $0.lowercased() == "label" || $0.lowercased() == "labels" }) {
            // What else is named belongs to a label.
            return [labels == "Labels" ? labels : "labels"]
        }
        return names.isEmpty ? nil : names
    }

    /// `alt_text` or `altText`
    private static func isIdentifier(_ word: String) -> Bool {
        guard let first = word.first, first.isLowercase else { return false }
        return word.dropFirst().contains { $0 == "_" || $0.isUppercase }
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        let (one, other) = (one.lowercased(), other.lowercased())
        return one == other || one + "s" == other || other + "s" == one
    }

    private static func words(in text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    }
}
