/// One of the captions that each image has: where each task has its own, that of one task.
package struct CaptionChannel: Sendable, Equatable {
    package let title: String
    /// Whether its parts between commas are tags.
    package let hasTags: Bool
    /// Whether it consists of nothing else.
    package let isTags: Bool

    package init(title: String, hasTags: Bool, isTags: Bool) {
        (self.title, self.hasTags, self.isTags) = (title, hasTags, isTags)
    }

    /// What its length is counted in.
    var unit: String { isTags ? "tags" : "words" }
    /// What its frequencies are of.
    var termName: String { hasTags ? "tags" : "words" }

    func length(_ text: String) -> Int {
        isTags ? Self.tags(text).count : text.unicodeScalars.split { $0.properties.isWhitespace }.count
    }

    /// The tags, or the words that say something, in small letters.
    package func terms(_ text: String) -> [String] {
        hasTags ? Self.tags(text).map { $0.lowercased() } : WordSet.words(text).filter { !Self.fillers.contains($0) }
    }

    private static func tags(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isNewline }.map { CaptionText.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// Places in an image, which are no text to be counted.
    static func isPlaces(_ text: String) -> Bool { text.hasPrefix("{\"") && text.hasSuffix("}") }

    /// Words that are in every caption.
    private static let fillers: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "he", "her", "his", "in", "into",
        "is", "it", "its", "of", "on", "or", "other", "s", "she", "that", "the", "their", "them", "there", "they",
        "this", "to", "up", "was", "which", "while", "who", "with",
    ]
}

/// The figures of a channel.
package struct CaptionTally: Sendable {
    package let channel: CaptionChannel
    package private(set) var lengths = LengthCounts()
    package private(set) var terms = TermCounts()

    package init(_ channel: CaptionChannel) {
        self.channel = channel
    }

    package mutating func add(_ text: String) {
        guard !CaptionChannel.isPlaces(text) else { return }
        lengths.add(channel.length(text))
        terms.add(channel.terms(text))
    }

    package mutating func remove(_ text: String) {
        guard !CaptionChannel.isPlaces(text) else { return }
        lengths.remove(channel.length(text))
        terms.remove(channel.terms(text))
    }
}
