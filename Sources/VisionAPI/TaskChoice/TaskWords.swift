import Florence2

/// The task that the words of a prompt ask for: the first rule that fits.
///
/// It is made for the prompts that programs send; Florence-2 itself understands none of them.
struct TaskWords {
    let sentences: [PromptSentence]

    private static let rules: [(FlorenceTask, why: String, fits: @Sendable (PromptSentence) -> Bool)] = [
        (.ocr, "it asks for the text in the picture", asksForText),
        (.objectDetection, "it asks where things are", asksForPlaces),
        (.generateTags, "it asks for tags", asksForTags),
        (.mixedCaption, "it asks for a prompt that makes such a picture", asksForImagePrompt),
        (.moreDetailedCaption, "it asks for detail", asksForDetail),
        (.detailedCaption, "it asks for a few sentences", asksForSentences),
    ]

    /// - Returns: `nil` where no word decides.
    var choice: (task: FlorenceTask, why: String)? {
        let choice = choiceOfKind
        let lengths: [FlorenceTask] = [.caption, .detailedCaption, .moreDetailedCaption]
        // A limit of words wins over whatever else is said of a caption's length.
        guard let limit = sentences.lazy.compactMap({ WordLimit(in: $0)?.task }).first,
            choice.map({ lengths.contains($0.task) }) ?? true
        else { return choice }
        return (limit, "it says how many words there may be")
    }

    private var choiceOfKind: (task: FlorenceTask, why: String)? {
        for rule in Self.rules where sentences.contains(where: rule.fits) { return (rule.0, rule.why) }
        // Far down in a long prompt these speak of style.
        let early = sentences.prefix(3) + sentences.dropFirst(3).filter { $0.words.count <= 5 }
        return early.contains(where: Self.asksForBrevity) ? (.caption, "it asks for something short") : nil
    }

    private static let tagWords: Set<String> = [
        "tag", "tags", "tagging", "tagged", "keyword", "keywords", "label", "labels", "labeling", "labelling",
        "hashtag",
        "hashtags", "booru", "danbooru", "gelbooru", "safebooru", "e621", "rule34",
    ]

    /// Before a tag or a label they say that it is a thing in the image.
    private static let kindsOfTags: Set<String> = [
        "price", "name", "dog", "gift", "ear", "luggage", "baggage", "license", "licence", "clothing", "shelf",
        "security", "product", "bottle", "wine", "beer", "food", "nutrition", "warning", "shipping", "address", "care",
        "brand", "record", "medicine",
    ]

    @Sendable private static func asksForTags(_ sentence: PromptSentence) -> Bool {
        sentence.words.indices.contains { index in
            let word = sentence.words[index]
            guard tagWords.contains(word) else { return false }
            guard ["tag", "tags", "label", "labels"].contains(word), index > 0 else { return true }
            let before = sentence.words[index - 1]
            if kindsOfTags.contains(before) { return false }
            // The one that is there, and not one to be given.
            return word.hasSuffix("s") || !["the", "this", "that", "its", "his", "her", "their"].contains(before)
        }
    }

    @Sendable private static func asksForText(_ sentence: PromptSentence) -> Bool {
        let text: Set = [
            "text", "texts", "words", "word", "writing", "handwriting", "document", "letters", "characters",
            "inscription",
        ]
        let surfaces: Set = [
            "sign", "signs", "plate", "plates", "label", "labels", "tag", "tags", "numbers", "number", "receipt",
            "poster",
            "board", "screen", "page", "menu", "letter", "banner", "license", "licence", "meter",
        ]
        return sentence.hasAny(["ocr", "transcribe", "transcription", "transcript", "transcribing"])
            || sentence.hasAny(["extract", "read", "recognize", "recognise"], then: text, within: 5)
            || sentence.hasAny(["what", "what's"], then: ["text"], within: 3)
            || sentence.hasAny(["what", "what's"], then: ["written"], within: 6)
            || asksWhatIsSaid(sentence)
            || sentence.hasAny(["read"], then: surfaces, within: 5)
            || sentence.words == ["read", "it"] || sentence.words == ["read", "this"]
    }

    /// "What does the sign say?", "what it says"
    private static func asksWhatIsSaid(_ sentence: PromptSentence) -> Bool {
        if sentence.hasAny(["you", "about"]) { return false }
        return sentence.hasAny(["what"], then: ["do", "does", "did"], within: 0) && sentence.hasAny(["say", "says"])
            || sentence.hasAny(["what", "what's"], then: ["says"], within: 6) || sentence.hasPhrase("what's it say")
    }

    @Sendable private static func asksForPlaces(_ sentence: PromptSentence) -> Bool {
        let things: Set = ["object", "objects", "thing", "things", "items"]
        return sentence.hasAny(["bounding"], then: ["box", "boxes"], within: 0)
            || sentence.hasAny(["detect", "detecting", "locate", "localize", "localise"], then: things, within: 4)
            || sentence.hasAny(["object"], then: ["detection"], within: 0)
    }

    @Sendable private static func asksForImagePrompt(_ sentence: PromptSentence) -> Bool {
        guard sentence.hasAny(["prompt", "prompts"]) else { return false }
        return sentence.hasAny(["midjourney", "flux", "sdxl", "sd", "dalle", "comfyui", "t2i", "txt2img"])
            || ["stable diffusion", "image generation", "text to image", "dall e", "generate this image"].contains {
                sentence.hasPhrase($0)
            }
    }

    @Sendable private static func asksForDetail(_ sentence: PromptSentence) -> Bool {
        if sentence.hasAny(["detailed", "comprehensive", "comprehensively", "thorough", "thoroughly", "paragraph"])
            || sentence.hasAny(["paragraphs"]) || sentence.hasAny(["in"], then: ["detail"], within: 4)
        {
            return true
        }
        return sentence.words.indices.contains { index in
            sentence.words[index] == "long" && (index == 0 || !["how", "as", "so"].contains(sentence.words[index - 1]))
        }
    }

    @Sendable private static func asksForSentences(_ sentence: PromptSentence) -> Bool {
        let few: Set = ["few", "two", "three", "four", "several", "couple", "2", "3", "4"]
        return sentence.hasAny(few, then: ["sentences"], within: 2)
    }

    @Sendable private static func asksForBrevity(_ sentence: PromptSentence) -> Bool {
        let short: Set = [
            "brief", "briefly", "short", "shortly", "concise", "concisely", "succinct", "succinctly", "title",
            "headline",
            "oneliner",
        ]
        return sentence.hasAny(short)
            || sentence.hasAny(["one", "single", "1", "a"], then: ["sentence", "line"], within: 1)
            || sentence.hasAny(["words"], then: ["less", "fewer", "maximum", "max"], within: 1)
            || sentence.hasPhrase("alt text")
            || sentence.words.first == "caption" && sentence.words.count > 1
    }
}
