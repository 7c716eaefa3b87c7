/// A word that each caption is to begin with, once: what a training run will call the subject by.
package struct Trigger: Sendable, Equatable {
    package let word: String
    private let separator: String

    /// - Parameters:
    ///   - word: white space and commas at its ends are dropped.
    ///   - separator: what stands between the word and the caption.
    /// - Throws: `ClientError.emptyTrigger`.
    package init(_ word: String, separator: String) throws(ClientError) {
        self.word = Self.bare(word)
        self.separator = separator
        guard !self.word.isEmpty else { throw .emptyTrigger }
    }

    /// The caption with the word before it, unless it begins with that already.
    func before(_ caption: String) -> String {
        if begins(caption) { return caption }
        return caption.isEmpty ? word : word + separator + caption
    }

    /// The caption without the word at its beginning.
    func removed(from caption: String) -> String {
        guard begins(caption) else { return caption }
        if caption.hasPrefix(word + separator) { return String(caption.dropFirst((word + separator).count)) }
        return String(caption.dropFirst(word.count).drop { $0.isWhitespace || $0 == "," })
    }

    /// Whether the caption begins with the word, not only with its letters.
    func begins(_ caption: String) -> Bool {
        guard caption.hasPrefix(word) else { return false }
        guard let next = caption.dropFirst(word.count).first else { return true }
        return !next.isLetter && !next.isNumber && next != "_" && next != "-"
    }

    private static func bare(_ word: String) -> String {
        var word = word[...]
        while let first = word.first, first.isWhitespace || first == "," { word.removeFirst() }
        while let last = word.last, last.isWhitespace || last == "," { word.removeLast() }
        return String(word)
    }
}
