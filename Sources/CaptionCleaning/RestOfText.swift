/// What stays of a text from which phrases are left out.
struct RestOfText {
    private(set) var text = ""
    /// Whether nothing was left out.
    private(set) var isWhole = true
    private var tokens: [TextToken] = []
    private var wantsCapital = false
    private var wantsSpace = false

    private static let joints: Set<String> = ["and", "while", "but", "or", "with"]
    private static let being: Set<String> = ["is", "are", "was", "were"]
    /// Marks that stand at the end of a word, without a space between.
    private static let closing: Set<String> = [",", ".", ";", ":", "!", "?", ")", "]", "”", "…", "\n"]

    /// The last token that is no white space.
    var last: TextToken? { tokens.last }

    /// Whether a part of a sentence begins behind a token.
    static func beginsClause(behind last: String?) -> Bool {
        last.map { joints.contains($0) || $0 == "," } ?? true
    }

    mutating func append(_ token: TextToken) {
        guard !token.isSpace else {
            if !wantsSpace { text += token.text }
            return
        }
        if Self.closing.contains(token.key) {
            if wantsSpace { trimSpace() }
        } else if wantsSpace, let last = text.last, !last.isWhitespace, last != "(" {
            text += " "
        }
        text += wantsCapital ? Trimming.capitalized(String(token.text)) : String(token.text)
        tokens.append(token)
        (wantsCapital, wantsSpace) = (false, false)
    }

    /// Leaves out a phrase, and what parted it from the rest; answers where to go on.
    mutating func leaveOut(_ phrase: Range<Int>, of all: [TextToken]) -> Int {
        let next = all.skippingSpace(from: phrase.upperBound)
        let follower = next < all.count ? all[next] : nil
        let isAtStart = last?.isEnd ?? true
        let isCapital = all[all.skippingSpace(from: phrase.lowerBound)].text.first?.isUppercase ?? false
        (isWhole, wantsSpace, wantsCapital) = (false, true, wantsCapital || isCapital)
        trimSpace()
        if let key = follower?.key, key == "," || Self.being.contains(key),
            isAtStart || Self.beginsClause(behind: last?.key)
        {
            return next + 1
        }
        if follower?.isEnd ?? true {
            while let last, last.key == "," || Self.joints.contains(last.key) { removeLast() }
            return isAtStart && follower != nil ? next + 1 : next
        }
        if last?.key == "(", follower?.key == ")" {
            removeLast()
            return next + 1
        }
        return next
    }

    private mutating func removeLast() {
        guard let last = tokens.popLast() else { return }
        text.removeLast(last.text.count)
        trimSpace()
    }

    private mutating func trimSpace() {
        while let last = text.last, last.isWhitespace, !last.isNewline { text.removeLast() }
    }
}
