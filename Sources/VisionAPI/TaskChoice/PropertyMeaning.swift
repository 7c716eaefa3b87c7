import Florence2

/// What the name of a property says that its value is, as far as a image's captions, tags and text can be that.
enum PropertyMeaning: Equatable {
    /// `nil`: whatever the prompt asks for.
    case caption(FlorenceTask?)
    case writtenText
    case imagePrompt
    case things
    /// How sure the model is.
    case probability
    /// A wrapper, such as `data`.
    case anything
    case unknown

    init(_ name: String) {
        let words = Self.words(of: name)
        let has = { (wanted: Set<String>) in words.contains(where: wanted.contains) }
        let joined = words.joined()
        if !words.isEmpty, words.allSatisfy(Self.numbers.contains) {
            self = .probability
        } else if has(["title", "headline"]) {
            self = .caption(.caption)
        } else if has(["alt", "description", "descriptions", "summary", "scene"]) || joined.hasSuffix("description") {
            self = .caption(Self.length(words) ?? .detailedCaption)
        } else if words == ["detailed"] {
            self = .caption(.moreDetailedCaption)
        } else if has(["caption", "captions"]) || joined.hasSuffix("caption") {
            self = .caption(Self.length(words))
        } else if has(["tag", "tags", "keyword", "keywords", "label", "labels", "objects", "hashtags"]) {
            self = .things
        } else if has(["ocr", "text", "transcription", "transcript"]) {
            self = .writtenText
        } else if has(["prompt"]) {
            self = .imagePrompt
        } else if words.isEmpty || words.count == 1 && has(Self.wrappers) {
            self = .anything
        } else {
            self = .unknown
        }
    }

    private static let numbers: Set<String> = ["confidence", "score", "probability", "topicality", "relevance"]
    private static let wrappers: Set<String> = [
        "data", "result", "results", "response", "output", "content", "value", "values", "items", "list",
    ]

    /// Names of the thing itself in an object that stands for it.
    static func isLabel(_ name: String) -> Bool {
        let words = words(of: name)
        return words.contains { ["name", "label", "tag", "keyword", "object", "term", "text", "title"].contains($0) }
    }

    private static func length(_ words: [String]) -> FlorenceTask? {
        if words.contains(where: ["detailed", "long", "full"].contains) { return .moreDetailedCaption }
        return words.contains(where: ["short", "brief"].contains) ? .caption : nil
    }

    /// `altText`, `alt_text` and `Alt text` are two words in small letters.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasSmall = false
        for character in name.prefix(200) {
            guard character.isLetter || character.isNumber else {
                words.append(word)
                (word, wasSmall) = ("", false)
                continue
            }
            if character.isUppercase, wasSmall {
                words.append(word)
                word = ""
            }
            word += character.lowercased()
            wasSmall = !character.isUppercase
        }
        return (words + [word]).filter { !$0.isEmpty }
    }
}
