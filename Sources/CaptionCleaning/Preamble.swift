/// What models say before they come to the subject.
enum Preamble {
    private static let plain = "image|picture|photo|photograph|pic|snapshot"
    private static let nouns =
        plain + "|scene|illustration|drawing|painting|artwork|sketch|render|rendering|screenshot"
    private static let this = "the|this|an|a [given|provided|above|whole|entire|attached|following] \(nouns)"
    private static let within = "in|on|within this|the [given|provided|above|whole|entire|attached] \(nouns)"
    private static let often = "[also|clearly|prominently|mainly|primarily|simply|just]"
    private static let see = "see|observe|notice|find|spot"

    /// Whatever comes behind them.
    private static let openings = PhraseIndex([
        "\(this) \(often) shows|depicts|displays|features|presents|portrays|captures|showcases|illustrates [us]",
        "\(this) \(often) contains|represents|includes",
        "\(this) is \(often) showing|depicting|featuring|displaying|showcasing|of",
        "\(this) appears|seems to show|depict|feature|display",
        "[a|an|the|one] \(plain) of|showing|depicting|featuring|displaying|showcasing|capturing",
        "[a|an|the] \(plain) that shows|depicts|features", "\(plain) :",
        "\(within) [,] we|you|one|i [can|could|may] \(often) \(see) [that] [there] [is|are]",
        "\(within) [,] there is|are|was|were", "\(within) ,",
        "we|you|one can|could \(often) \(see) [that] [there] [is|are]", "we|you \(see)",
        "here [,] we|you [can|could] \(see)",
    ])

    /// Those that stand before an article, and are part of a sentence otherwise: "The image is dark."
    private static let copulas = PhraseIndex([
        "\(this) is", "\(this) appears|seems to be", "this|it|here is", "this|it appears|seems to be", within,
    ])

    private static let articles: Set<String> = ["a", "an", "the"]
    private static let clauses: Set<String> = ["that", "how", "what", "whether", "no", "nothing"]
    private static let maxPhrases = 20

    /// A text without it, a capital at its beginning; the text itself, where it has none or is nothing else.
    static func trimmed(from text: String) -> String {
        let tokens = TextToken.all(of: text)
        var start = 0
        for _ in 0..<maxPhrases {
            guard let end = end(in: tokens, at: start), tokens[end...].contains(where: \.isWord) else { break }
            start = end
        }
        return start == 0 ? text : Trimming.capitalized(tokens.text(from: start))
    }

    private static func end(in tokens: [TextToken], at start: Int) -> Int? {
        let opening = openings.end(in: tokens, at: start) { end in
            tokens.key(from: end).map { !clauses.contains($0) } ?? false
        }
        let copula = copulas.end(in: tokens, at: start) { end in
            tokens.key(from: end).map(articles.contains) ?? false
        }
        guard let end = [opening, copula].compactMap({ $0 }).max() else { return nil }
        let next = tokens.skippingSpace(from: end)
        let isListed = next < tokens.count && tokens[next].key == ":"
        return tokens.skippingSpace(from: isListed ? next + 1 : next)
    }
}
