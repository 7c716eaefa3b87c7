import CaptionClient
import Foundation
import SeededRandom
import Testing

@Suite("A report, from records to a page")
struct ReportBookTests {
    private let album: Album
    private var path: String { album.path("report.html") }

    init() throws {
        album = try Album()
        try FileManager.default.createDirectory(atPath: album.path, withIntermediateDirectories: true)
    }

    private static let channels = [
        CaptionChannel(title: "CAPTION", hasTags: false, isTags: false),
        CaptionChannel(title: "GENERATE_TAGS", hasTags: true, isTags: true),
    ]

    private func page(_ book: ReportBook, found: Int = 0, _ failures: [FailureLine] = []) throws -> String {
        var bytes = Data()
        let html = ReportHTML(
            heading: .init(folder: "/photos/<b>", tasks: ["CAPTION"]), book: book, found: found, failures: failures,
            stage: .whole, time: "2026-11-30 12:00")
        try html.write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func failures(_ count: Int) throws -> [FailureLine] {
        try (0..<count).map { number in
            let json = #"{"file":"bad\#(number).jpg","error":"No picture & <no> \#(number % 3)."}"#
            return try JSONDecoder().decode(FailureLine.self, from: Data(json.utf8))
        }
    }

    @Test("whatever is added again, replaced and removed, the figures are those of what is left")
    func figures() throws {
        var random = SplitMix(seed: 8)
        var book = try ReportBook(path: path, channels: Self.channels)
        var left: [String: ReportRecord] = [:]
        for _ in 0..<1500 {
            let name = "\(Int.random(in: 0..<300, using: &random)).jpg"
            if Int.random(in: 0..<5, using: &random) == 0 {
                #expect(book.remove(name) == (left.removeValue(forKey: name) != nil))
                continue
            }
            let count = Int.random(in: 1...6, using: &random)
            let words = (0..<count).map { _ in "w\(Int.random(in: 0..<20, using: &random))" }
            let captions: [String?] = [
                words.joined(separator: " "), Bool.random(using: &random) ? words.joined(separator: ", ") : nil,
            ]
            let record = ReportRecord(name: name, captions: captions, isNew: Bool.random(using: &random))
            #expect(try book.add(record, thumbnail: "/9j/AAAA") == (left.updateValue(record, forKey: name) != nil))
        }
        var fresh = try ReportBook(path: path, channels: Self.channels)
        for name in left.keys.sorted() { try fresh.add(try #require(left[name]), thumbnail: nil) }
        #expect((book.newCount, book.oldCount) == (fresh.newCount, fresh.oldCount))
        for (one, other) in zip(book.tallies, fresh.tallies) {
            #expect(one.terms.top(1000) == other.terms.top(1000))
            #expect(one.lengths.bars(most: 40) == other.lengths.bars(most: 40))
        }
        #expect(book.shown.compactMap { book.record($0) } == fresh.shown.compactMap { fresh.record($0) })
        let same = [book, fresh].map { book in book.similar.sameGroups(counts: book.isAlive).map(\.count) }
        #expect(same[0] == same[1])
        #expect(book.shown.allSatisfy { book.thumbnail($0) == Data("/9j/AAAA".utf8) })
    }

    @Test("at most 2,000 are shown: all failures and an even sample; all are counted, and the page says so")
    func bounds() throws {
        var book = try ReportBook(path: path, channels: [Self.channels[0]])
        var asked = 0
        for number in 0..<6000 {
            let name = "\(number).jpg"
            if book.admits(name) { asked += 1 }
            try book.add(
                ReportRecord(name: name, captions: ["a caption of number \(number % 4000)"], isNew: true),
                thumbnail: book.admits(name) ? "/9j/AAAA" : nil)
        }
        // As an image's place in the sample is known before it is asked about, few thumbnails are asked for in vain.
        #expect((2000...4600).contains(asked), "\(asked)")
        let failures = try failures(37)
        book.makeRoom(failures: failures.count)
        let page = try page(book, found: 6100, failures)
        #expect(page.matches(of: /<article/).count == 1963 && page.matches(of: /;base64,\/9j\/AAAA"/).count == 1963)
        #expect(page.matches(of: /<li><bdi>bad\d+\.jpg/).count == 37)
        #expect(page.contains("All 6,037 pictures are counted below. Shown are 2,000: all 37 failed ones and an even "))
        #expect(page.contains("even sample of 1,963 of the 6,000 with captions."))
        #expect(page.contains("<dt>left</dt><dd>63</dd>"))
        #expect(
            page.contains("2,000 captions have more than one picture each, 4,000 pictures in all. Here are the 50 "))
        let more = try self.failures(2500)
        book.makeRoom(failures: more.count)
        let full = try self.page(book, found: 8500, more)
        #expect(full.matches(of: /<article/).count == 200 && full.matches(of: /<li><bdi>bad\d+\.jpg/).count == 1800)
        #expect(full.contains("Shown are 2,000: 1,800 of 2,500 failed ones and an even sample of 200 of the 6,000"))
    }

    @Test("nothing that anybody writes becomes markup, runs or leads anywhere")
    func hostile() throws {
        let texts = [
            "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style></bdi></article>",
            "<!-- --> ]]> &lt; &#60;", "javascript:alert(1)", "http://example.com/x.png", "' onmouseover='alert(1)",
            "\u{202E}evil\0\u{1B}[2J", "{{x}} ${y} \\u003c",
        ]
        var book = try ReportBook(path: path, channels: Self.channels)
        for (number, text) in texts.enumerated() {
            for copy in 0..<2 {
                try book.add(
                    ReportRecord(
                        name: "\(copy)\(text)", captions: [text, text + ", \(number)"], isNew: copy == 0, note: text),
                    thumbnail: number % 2 == 0 ? "/9j/AAAA" : "/9j/\"><script>")
            }
        }
        let page = try page(book, try failures(3))
        let tags = Set(page.matches(of: /<\/?([a-zA-Z!\-]+[0-9]?)/).map { String($0.1) })
        let known = """
            !doctype !-- html head meta title style body header main section h1 h2 h3 p dl div dt dd details summary span
            b bdi ul ol li i small article img em a mark
            """
        #expect(tags.subtracting(known.split { $0 == " " || $0 == "\n" }.map(String.init)).isEmpty, "\(tags)")
        let thumbnail = #"<img alt="" src="data:image/jpeg;base64,/9j/AAAA">"#
        #expect(page.matches(of: /<img/).count == page.ranges(of: thumbnail).count && page.contains(thumbnail))
        #expect(!page.contains("\u{202E}") && !page.contains("\0") && !page.contains("\u{1B}"))
        let unquoted = page.replacing(/"[^"]*"/, with: "\"\"")
        #expect(unquoted.matches(of: /<[^>]*\son\w+\s*=/).isEmpty && page.matches(of: /\shref="(?!#p\d+")/).isEmpty)
        #expect(page.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    }

    @Test("places are shown and not counted, and what was not read is said so")
    func places() throws {
        var book = try ReportBook(path: path, channels: [Self.channels[0]])
        try book.add(
            ReportRecord(name: "a.jpg", captions: [#"{"bboxes":[],"labels":[]}"#], isNew: true), thumbnail: nil)
        try book.add(ReportRecord(name: "b.jpg", captions: [nil], isNew: false), thumbnail: nil)
        let page = try page(book)
        #expect(book.tallies[0].lengths.count == 0 && book.unreadCount == 1 && !page.contains("<h2>Lengths"))
        #expect(page.contains("{&quot;bboxes&quot;:[],") && page.contains("The caption was not read."))
    }

    @Test("thumbnails of a page are found again, and nothing else is taken for one")
    func thumbnails() throws {
        var book = try ReportBook(path: path, channels: [Self.channels[0]])
        for number in 0..<20 {
            let text = #"<article id="p1" data-key="1"><img alt="" src="data:image/jpeg;base64,/9j/B"#
            try book.add(
                ReportRecord(name: "\(number).jpg", captions: ["\n\(text)\n"], isNew: true),
                thumbnail: number % 2 == 0 ? "/9j/AAA\(number % 10)" : nil)
        }
        let found = ReportHTML.thumbnails(Data(try page(book).utf8))
        let expected = stride(from: 0, to: 20, by: 2).map { number in
            (ReportBook.key("\(number).jpg"), Data("/9j/AAA\(number % 10)".utf8))
        }
        #expect(found == Dictionary(uniqueKeysWithValues: expected))
        var random = SplitMix(seed: 9)
        let bytes = Data(try page(book).utf8)
        for _ in 0..<100 {
            var damaged = bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
            for _ in 0..<40 where !damaged.isEmpty {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            #expect(ReportHTML.thumbnails(damaged).count <= 10)
        }
    }
}
