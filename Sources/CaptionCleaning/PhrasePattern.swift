/// A phrase with its variants: `the|this [whole] image|photo shows`. A bar stands between words of which one comes,
/// brackets around words that may be missing.
struct PhrasePattern {
    private struct Element {
        let words: Set<String>
        let isOptional: Bool
    }

    private let elements: [Element]

    init(_ pattern: String) {
        elements = pattern.split(separator: " ").map { element in
            let isOptional = element.first == "["
            let words = isOptional ? element.dropFirst().dropLast() : element
            return Element(words: Set(words.split(separator: "|").map(String.init)), isOptional: isOptional)
        }
    }

    /// The words that the phrase can begin with.
    var starts: Set<String> {
        let optional = elements.prefix(while: \.isOptional)
        return (optional + elements.dropFirst(optional.count).prefix(1)).reduce(into: []) { $0.formUnion($1.words) }
    }

    /// Where the phrase ends that begins at a token; `nil` when it doesn't begin there.
    func end(in tokens: [TextToken], at start: Int) -> Int? {
        end(in: tokens, at: start, from: 0)
    }

    private func end(in tokens: [TextToken], at start: Int, from element: Int) -> Int? {
        guard element < elements.count else { return start }
        let next = tokens.skippingSpace(from: start)
        if next < tokens.count, elements[element].words.contains(tokens[next].key),
            let end = end(in: tokens, at: next + 1, from: element + 1)
        {
            return end
        }
        return elements[element].isOptional ? end(in: tokens, at: start, from: element + 1) : nil
    }
}

/// Phrases that are found by the words that they begin with, so that many of them cost no more than a few.
struct PhraseIndex {
    private var patterns: [String: [PhrasePattern]] = [:]

    init(_ patterns: [String]) {
        for pattern in patterns.map(PhrasePattern.init) {
            for word in pattern.starts { self.patterns[word, default: []].append(pattern) }
        }
    }

    /// Where the longest phrase ends that begins at a token and is one that `isMeant`.
    func end(in tokens: [TextToken], at start: Int, isMeant: (Int) -> Bool = { _ in true }) -> Int? {
        guard start < tokens.count, let candidates = patterns[tokens[start].key] else { return nil }
        return candidates.compactMap { $0.end(in: tokens, at: start) }.filter(isMeant).max()
    }
}
