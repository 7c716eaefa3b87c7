/// A text that is put in the place of another one, letter by letter as they are written.
package struct Replacement: Sendable, Equatable {
    package let old: String
    package let new: String
    /// Whether the old text is a part of the new one: where that stands already nothing is replaced.
    private let isInside: Bool

    /// - Parameter old: Must not be empty, or nothing is replaced.
    package init(_ old: String, with new: String) {
        (self.old, self.new) = (old, new)
        isInside = !Self.places(of: Array(old), in: Array(new)).isEmpty
    }

    /// Reads `old=new`; the first equals sign parts them. `nil` without one, or with nothing before it.
    package init?(_ text: some StringProtocol) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        self.init(String(text[..<sign]), with: String(text[text.index(after: sign)...]))
    }

    /// - Parameter limit: Characters.
    /// - Returns: `nil` where the text would become longer than that.
    func apply(to text: String, limit: Int) -> String? {
        guard !old.isEmpty, old != new else { return text }
        guard var text = replaced(in: Array(text), limit) else { return nil }
        // What comes together where something was taken out may be the same once more.
        for _ in 0..<Self.maxRounds where new.isEmpty {
            guard let next = replaced(in: text, limit), next.count < text.count else { break }
            text = next
        }
        return String(text)
    }

    private static let maxRounds = 8

    /// Between the places where the new text stands already; nothing is looked at twice.
    private func replaced(in text: [Character], _ limit: Int) -> [Character]? {
        let (old, new) = (Array(old), Array(new))
        let places = Self.places(of: old, in: text)
        guard !places.isEmpty else { return text }
        var done = isInside ? Self.places(of: new, in: text)[...] : []
        var (result, index) = ([Character](), 0)
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

    /// Of two blanks that have come together one goes, and one before a comma or a dot.
    private static func closeGap(_ result: inout [Character], _ text: [Character], _ index: inout Int) {
        if result.last?.isWhitespace ?? true {
            while index < text.count, text[index] == " " { index += 1 }
        }
        if index < text.count, ",.;:!?".contains(text[index]), result.last == " " { result.removeLast() }
    }

    /// Where a part stands in a text, none of them within another one, found in one walk (Knuth, Morris and Pratt).
    private static func places(of part: [Character], in text: [Character]) -> [Int] {
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
