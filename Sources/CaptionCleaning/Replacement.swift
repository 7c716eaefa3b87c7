/// A text that is put in the place of another one, letter by letter as they are written.
package struct Replacement: Sendable, Equatable {
    package let old: String
    package let new: String
    /// Whether the old text is a part of the new one: where that stands already nothing is replaced.
    private let isInside: Bool
    private let letters: Pair<Character>
    /// `nil` where not all of them are plain ones.
    private let plain: Pair<Unicode.Scalar>?

    private struct Pair<Letter: RuleLetter & Sendable>: Sendable, Equatable {
        let old: [Letter]
        let new: [Letter]
    }

    /// - Parameter old: Must not be empty, or nothing is replaced.
    package init(_ old: String, with new: String) {
        (self.old, self.new) = (old, new)
        letters = Pair(old: Array(old), new: Array(new))
        if let old = old.plainLetters, let new = new.plainLetters {
            plain = Pair(old: old, new: new)
        } else {
            plain = nil
        }
        isInside = !Self.places(of: letters.old, in: letters.new).isEmpty
    }

    /// Reads `old=new`; the first equals sign parts them. `nil` without one, or with nothing before it.
    package init?(_ text: some StringProtocol) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        self.init(String(text[..<sign]), with: String(text[text.index(after: sign)...]))
    }

    /// - Parameter limit: Characters.
    /// - Returns: `nil` where the text would become longer than that.
    func apply(
        to text: RuleText, limit: Int, within work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> RuleText? {
        guard !old.isEmpty, old != new else { return text }
        guard case .plain(let letters) = text, let plain else { return try applyToAny(text, limit, &work) }
        return try applied(plain, to: letters, limit, &work).map(RuleText.plain)
    }

    /// What comes together may join to other letters, so that the text is read anew.
    private func applyToAny(
        _ text: RuleText, _ limit: Int, _ work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> RuleText? {
        let before = Array(text.text)
        try work.spend(Character.steps * before.count)
        guard let after = try applied(letters, to: before, limit, &work) else { return nil }
        return after == before ? text : RuleText(String(after))
    }

    private func applied<Letter>(
        _ rule: Pair<Letter>, to text: [Letter], _ limit: Int, _ work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> [Letter]? {
        guard var text = try replaced(rule, in: text, limit, &work) else { return nil }
        // What comes together where something was taken out may be the same once more.
        for _ in 0..<Self.maxRounds where rule.new.isEmpty {
            guard let next = try replaced(rule, in: text, limit, &work), next.count < text.count else { break }
            text = next
        }
        return text
    }

    private static let maxRounds = 8

    /// Between the places where the new text stands already; nothing is looked at twice.
    private func replaced<Letter>(
        _ rule: Pair<Letter>, in text: [Letter], _ limit: Int, _ work: inout CleaningWork
    ) throws(CleaningWork.Exceeded) -> [Letter]? {
        let (old, new) = (rule.old, rule.new)
        try work.spend(Letter.steps * (text.count + old.count))
        let places = Self.places(of: old, in: text)
        guard !places.isEmpty else { return text }
        try work.spend(Letter.steps * (text.count + Self.stepsOfPlace * places.count))
        var done = isInside ? Self.places(of: new, in: text)[...] : []
        var (result, index) = ([Letter](), 0)
        for place in places where place >= index {
            while let start = done.first, start + new.count <= place { done = done.dropFirst() }
            if let start = done.first, start < place + old.count {
                let end = start + new.count
                if end > index { result += text[index..<end] }
                index = max(index, end)
                continue
            }
            result += text[index..<place]
            result += new
            index = place + old.count
            if new.isEmpty { Self.closeGap(&result, text, &index) }
            guard result.count <= limit else { return nil }
        }
        return result + text[min(index, text.count)...]
    }

    /// What it takes to put something in a place.
    private static let stepsOfPlace = 8

    /// Of two blanks that have come together one goes, and one before a comma or a dot.
    private static func closeGap<Letter: RuleLetter>(_ result: inout [Letter], _ text: [Letter], _ index: inout Int) {
        if result.last?.isWhitespace ?? true {
            while index < text.count, text[index].isBlank { index += 1 }
        }
        if index < text.count, text[index].isStop, result.last?.isBlank ?? false { result.removeLast() }
    }

    /// Where a part stands in a text, none of them within another one, found in one walk (Knuth, Morris and Pratt).
    private static func places<Letter: RuleLetter>(of part: [Letter], in text: [Letter]) -> [Int] {
        guard !part.isEmpty, part.count <= text.count else { return [] }
        var (borders, length) = ([Int](repeating: 0, count: part.count), 0)
        for index in part.indices.dropFirst() {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders[index] = length
        }
        var (places, matched) = ([Int](), 0)
        for (index, character) in text.enumerated() {
            while matched > 0, character != part[matched] { matched = borders[matched - 1] }
            if character == part[matched] { matched += 1 }
            guard matched == part.count else { continue }
            places.append(index + 1 - part.count)
            matched = 0
        }
        return places
    }
}
