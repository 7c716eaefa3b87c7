import Testing
import VisionAPI

@Suite("Words that end a text")
struct StopSequencesTests {
    /// All of `text` before the word that is whole first; of two, the longer one.
    private func expected(_ text: [UInt8], _ words: [String]) -> String {
        for end in text.indices {
            let ended = words.filter { !$0.isEmpty && text[...end].reversed().starts(with: $0.utf8.reversed()) }
            if let longest = ended.map(\.utf8.count).max() {
                return String(decoding: text[...end].dropLast(longest), as: UTF8.self)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("however a text is cut into pieces, what comes out is the text before the first of them")
    func pieces() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let words = (0..<Int.random(in: 0...3, using: &random)).map { _ in letters(0...3, &random) }
            let pieces = (0..<Int.random(in: 0...8, using: &random)).map { _ in letters(0...4, &random) }
            var stop = StopSequences(words)
            var text = ""
            for piece in pieces { text += stop.add(piece) }
            text += stop.finish()
            let whole = expected(Array(pieces.joined().utf8), words)
            #expect(text == whole, "\(words) \(pieces)")
            #expect(StopSequences(words).cut(pieces.joined()) == whole)
        }
    }

    private func letters(_ counts: ClosedRange<Int>, _ random: inout SystemRandomNumberGenerator) -> String {
        String((0..<Int.random(in: counts, using: &random)).map { _ in "abä".randomElement(using: &random) ?? "a" })
    }

    @Test("only what may be the beginning of one waits")
    func held() {
        var stop = StopSequences(["\n\n"])
        #expect(stop.add("one\n") == "one")
        #expect(stop.add("two") == "\ntwo")
        #expect(stop.add("\n\nthree") == "" && stop.hasStopped && stop.add("four") == "" && stop.finish() == "")
    }
}
