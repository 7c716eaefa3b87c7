import CaptionClient
import Foundation
import SeededRandom
import Testing

@Suite("The parts of a report")
struct ReportPartsTests {
    @Test(
        "text stays text in HTML, and what turns or hides text is seen",
        arguments: [
            ("a & b < c > \"d\" 'e'", "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;"),
            ("</script><!-- ]]>", "&lt;/script&gt;&lt;!-- ]]&gt;"),
            ("rtl \u{202E}gpj\u{2066} \u{200F}", "rtl \u{FFFD}gpj\u{FFFD} \u{FFFD}"),
            ("nul \0 esc \u{1B}[0m del \u{7F} bom \u{FEFF}", "nul \u{FFFD} esc \u{FFFD}[0m del \u{FFFD} bom \u{FFFD}"),
            ("a\r\nb\rc\nd\te\u{2028}f\u{85}g", "a\nb\nc\nd\te\nf\ng"),
            ("👩‍👩‍👧 é ß 漢 \u{FFFE}", "👩‍👩‍👧 é ß 漢 \u{FFFD}"),
        ])
    func escaping(text: String, expected: String) {
        #expect(HTMLText.escaped(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("numbers have commas")
    func numbers() {
        let numbers = [0, 999, 1000, 12_345, 1_234_567, -1000].map(HTMLText.number)
        #expect(numbers == ["0", "999", "1,000", "12,345", "1,234,567", "-1,000"])
    }

    @Test("words are found alike by the fast way and the slow one")
    func words() {
        let words = ["it's", "a", "dog's", "life", "x2", "blue", "sky"]
        #expect(WordSet.words("It's a Dog's 'life', x2: blue_sky") == words)
        #expect(WordSet.words("Ein Hündchen, l’été; кот 漢字 ’x’") == ["ein", "hündchen", "l’été", "кот", "漢字", "x"])
        var random = SplitMix(seed: 1)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: Bool.random(using: &random) ? 0x61...0x63 : 0...0x7F, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            // A letter that is none of ASCII makes it go the slow way.
            #expect(WordSet.words(text + " ß") == WordSet.words(text) + ["ß"], "\(bytes)")
        }
    }

    @Test("the likeness of two sets is what counting all of their words says")
    func likeness() {
        var random = SplitMix(seed: 2)
        for _ in 0..<500 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...12, using: &random)).map { _ in "w\(Int.random(in: 0..<9, using: &random))" }
            }
            let (one, two) = (Set(texts[0]), Set(texts[1]))
            let all = one.union(two).count
            let slow = all == 0 ? 0 : Double(one.intersection(two).count) / Double(all)
            let sets = texts.map { WordSet($0.joined(separator: " ")) }
            #expect(sets[0].likeness(sets[1]) == slow && sets[1].likeness(sets[0]) == slow)
        }
    }

    @Test("a table of keys has what a dictionary has, up to its limit a key")
    func table() {
        var random = SplitMix(seed: 3)
        var (table, twin) = (BandTable(), [UInt64: [Int]]())
        for number in 0..<20_000 {
            // Keys differ in their upper halves, as hashes do; some come often.
            let key = UInt64.random(in: 0..<6000, using: &random) &* 0x9E37_79B9_7F4A_7C15
            table.add(number, to: key)
            if twin[key, default: []].count < BandTable.maxPerKey { twin[key, default: []].append(number) }
        }
        for (key, numbers) in twin { #expect(table.numbers(key).sorted() == numbers) }
        #expect(table.count == twin.values.reduce(0) { $0 + $1.count })
        #expect(table.numbers(0xFFFF_FFFF_0000_0001).isEmpty)
    }

    /// Captions of which every third is a former one with a word changed or added, and every tenth the same as one.
    private func captions(_ count: Int, _ random: inout SplitMix) -> [(text: String, of: Int?)] {
        var captions: [(text: String, of: Int?)] = []
        for number in 0..<count {
            let old = captions.isEmpty ? 0 : Int.random(in: 0..<captions.count, using: &random)
            if number % 10 == 9 {
                captions.append((captions[old].text, old))
            } else if number % 3 == 2 {
                captions.append((captions[old].text + " extra\(number)", old))
            } else {
                let words = (0..<24).map { _ in "w\(Int.random(in: 0..<3000, using: &random))" }
                captions.append((words.joined(separator: " "), nil))
            }
        }
        return captions
    }

    @Test("near duplicates are found without looking at pairs, and none that are not near")
    func similar() {
        var random = SplitMix(seed: 4)
        let captions = captions(5000, &random)
        let sets = captions.map { WordSet($0.text) }
        var (similar, looks) = (SimilarCaptions(), 0)
        for caption in captions {
            similar.add(caption.text) { number in
                looks += 1
                return sets[number]
            }
        }
        #expect(looks < 2 * captions.count, "\(looks)")
        let near = similar.nearGroups { _ in true }
        let members = similar.nearMembers(of: near, limit: 5000) { _ in true }
        for (first, numbers) in members {
            #expect(numbers.first == first)
            for number in numbers { #expect(sets[first].likeness(sets[number]) >= SimilarCaptions.threshold) }
        }
        // What is near a caption of a group is in that group, unless it is too far from the first one.
        let leaders = members.reduce(into: [Int: Int]()) { leaders, group in
            for number in group.value { leaders[number] = group.key }
        }
        var (expected, found) = (0, 0)
        for (number, caption) in captions.enumerated() where caption.text.contains("extra") {
            guard let old = caption.of, similar.same(number) == number else { continue }
            let first = leaders[similar.same(old)] ?? similar.same(old)
            guard sets[number].likeness(sets[first]) >= SimilarCaptions.threshold else { continue }
            expected += 1
            if leaders[number] == first { found += 1 }
        }
        #expect(expected > 1000 && Double(found) >= 0.97 * Double(expected), "\(found) of \(expected)")
        let twins = Dictionary(grouping: captions.indices) { captions[$0].text }.values.filter { $0.count > 1 }
        let same = similar.sameGroups { _ in true }
        #expect(same.map(\.count).sorted() == twins.map(\.count).sorted())
        #expect(Set(same.map(\.first)) == Set(twins.compactMap { $0.min() }))
    }

    @Test("captions that count no more are in no group, and those without words are like no other")
    func gone() {
        var similar = SimilarCaptions()
        let texts = ["a b c d e", "a b c d e", "a b c d e f", nil, nil, "!!!", "???", "!!!"]
        for text in texts { similar.add(text) { texts[$0].map { WordSet($0) } } }
        let same = [0, 5].map { SimilarCaptions.Group(first: $0, count: 2, textCount: 1) }
        #expect(similar.sameGroups { _ in true } == same)
        #expect(similar.nearGroups { _ in true } == [.init(first: 0, count: 3, textCount: 2)])
        #expect(similar.nearGroups { $0 != 2 }.isEmpty && similar.sameGroups { $0 > 2 }.map(\.first) == [5])
        // The first one has gone; the others are as near to each other as before.
        #expect(similar.nearGroups { $0 != 0 } == [.init(first: 0, count: 2, textCount: 2)])
    }

    @Test("a sample is even, and the same in whatever order things come")
    func sample() {
        var random = SplitMix(seed: 5)
        for _ in 0..<200 {
            let capacity = Int.random(in: 0...20, using: &random)
            var (sample, kept) = (EvenSample(capacity: capacity), [Int: UInt64]())
            let keys = (0..<60).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
            for number in keys.indices.shuffled(using: &random) {
                let isWanted = sample.admits(keys[number])
                sample.add(number, key: keys[number])
                #expect(sample.numbers.contains(number) == isWanted)
                kept[number] = keys[number]
            }
            let lowest = kept.sorted { $0.value < $1.value }.map(\.key)
            #expect(sample.numbers == Array(lowest.prefix(capacity)))
            sample.shrink(to: capacity / 2)
            #expect(sample.numbers == Array(lowest.prefix(capacity / 2)))
            for number in lowest.prefix(3) { sample.remove(keys[number]) }
            #expect(sample.numbers == Array(lowest.prefix(capacity / 2).dropFirst(3)))
        }
        let names = (0..<20_000).map { "folder/IMG_\($0).jpg" }
        var sample = EvenSample(capacity: 2000)
        for (number, name) in names.enumerated() { sample.add(number, key: ReportBook.key(name)) }
        // Of each tenth of the names about a tenth is in it.
        for tenth in 0..<10 {
            let count = sample.numbers.count { $0 / 2000 == tenth }
            #expect((150...250).contains(count), "\(count) of the tenth \(tenth)")
        }
    }

    @Test("lengths: bars, median and mean are those of a sorted list")
    func lengths() {
        var random = SplitMix(seed: 6)
        for _ in 0..<300 {
            var (lengths, list) = (LengthCounts(), [Int]())
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                let length = Int.random(in: 0...Int.random(in: 1...3000, using: &random), using: &random)
                lengths.add(length)
                list.append(min(length, LengthCounts.maxLength))
            }
            if list.count > 1 { lengths.remove(list.removeFirst()) }
            list.sort()
            #expect(lengths.count == list.count && lengths.shortest == list.first && lengths.longest == list.last)
            #expect(lengths.median == list[(list.count + 1) / 2 - 1])
            #expect(abs(lengths.mean - Double(list.reduce(0, +)) / Double(list.count)) < 1e-6)
            let bars = lengths.bars(most: 40)
            #expect(bars.count <= 41 && bars.reduce(0) { $0 + $1.count } == list.count)
            for bar in bars { #expect(bar.count == list.count { bar.lengths.contains($0) }) }
        }
        #expect(LengthCounts().bars(most: 40).isEmpty && LengthCounts().median == 0)
    }

    @Test("frequencies count each word once a caption, and stay bounded")
    func terms() {
        var terms = TermCounts()
        terms.add(["b", "a", "b"])
        terms.add(["a", "c"])
        #expect(terms.top(2) == [.init(text: "a", count: 2), .init(text: "b", count: 1)])
        #expect(terms.count == 3 && terms.onceCount == 2 && terms.error == 0)
        terms.remove(["a", "c"])
        #expect(terms.top(9) == [.init(text: "a", count: 1), .init(text: "b", count: 1)])
        var small = TermCounts(maxCount: 50)
        for number in 0..<5000 { small.add(["often", "rare\(number)"] + (number % 3 == 0 ? ["third"] : [])) }
        #expect(small.count <= 50)
        for (text, count) in [("often", 5000), ("third", 1667)] {
            let found = small.top(50).first { $0.text == text }?.count ?? 0
            #expect(found <= count && found >= count - small.error, "\(text): \(found), \(small.error)")
        }
    }

    @Test("a record is read as it was written, and no bytes trap")
    func records() {
        let record = ReportRecord(name: "ä/\"b\".jpg", captions: ["a\nb", nil, ""], isNew: true, note: nil)
        #expect(ReportRecord(record.bytes) == record)
        var random = SplitMix(seed: 7)
        for _ in 0..<3000 {
            var bytes = record.bytes.prefix(Int.random(in: 0...record.bytes.count, using: &random))
            if let place = bytes.indices.randomElement(using: &random) {
                bytes[place] = .random(in: 0...255, using: &random)
            }
            _ = ReportRecord(bytes)
        }
    }
}
