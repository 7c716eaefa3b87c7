package import Foundation

/// The report as a page: nothing in it runs, and nothing is fetched from anywhere.
package struct ReportHTML {
    /// What the page is about.
    package struct Heading: Sendable {
        let folder: String
        let tasks: [String]

        package init(folder: String, tasks: [String]) {
            (self.folder, self.tasks) = (folder, tasks)
        }
    }

    /// How a run stands.
    package enum Stage: Sendable, Equatable {
        case going
        case whole
        /// It has ended before all was done.
        case stopped
    }

    typealias Writer = (Data) throws -> Void

    private let heading: Heading
    let book: ReportBook
    private let found: Int
    let failures: [FailureLine]
    private let stage: Stage
    private let time: String
    let shown: [Int]
    let isShown: Set<Int>

    /// - Parameters:
    ///   - found: how many images there are, those that have failed included.
    ///   - time: when the page is written, as people read it.
    package init(
        heading: Heading, book: ReportBook, found: Int, failures: [FailureLine], stage: Stage,
        time: String = Self.now
    ) {
        (self.heading, self.book, self.failures, self.stage) = (heading, book, failures, stage)
        (self.found, self.time) = (max(found, book.count + failures.count), time)
        shown = book.shown
        isShown = Set(shown)
    }

    /// The local time, to the minute.
    package static var now: String {
        var (seconds, parts) = (Foundation.time(nil), tm())
        localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Every report begins so, and nothing else does.
    static let beginning = "<!doctype html>\n<!-- vision-client folder --report -->\n"

    /// Writes the page piece by piece.
    package func write(to write: (Data) throws -> Void) throws {
        try put(head, write)
        try put(summary + failureSection, write)
        for tally in book.tallies { try put(figures(tally), write) }
        try put(likenesses, write)
        try cards(write)
        try put("</main>\n", write)
        try keepThumbnails(write)
        try put("</body>\n</html>\n", write)
    }

    /// The images with thumbnails of an earlier page that this run has not shown, and the next one may.
    var awaited: [UInt64] {
        guard stage == .whole, found == book.count + failures.count else { return book.awaited }
        let failed = Set(failures.map { ReportBook.key($0.file) })
        return book.awaited.filter(failed.contains)
    }

    func put(_ text: String, _ write: Writer) throws { try write(Data(text.utf8)) }

    private var head: String {
        let title = "Captions of \(HTMLText.escaped(FileName(heading.folder).last))"
        return Self.beginning + """
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
            style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>
            \(ReportStyle.text)</style>
            </head>
            <body>
            <header>
            <h1><bdi>\(title)</bdi></h1>
            <p class="muted"><bdi>\(heading.tasks.map(HTMLText.escaped).joined(separator: ", "))</bdi></p>
            <p class="stage \(stage == .whole ? "whole" : "open")">\(stageSentence)</p>
            </header>
            <main>

            """
    }

    private var stageSentence: String {
        switch stage {
        case .going: "The run was going on at \(time). Reload the page to see what has come since."
        case .whole: "The run ended at \(time)."
        case .stopped: "The run was stopped at \(time). The same command goes on with the other pictures."
        }
    }

    private var summary: String {
        let left = found - book.count - failures.count
        let tiles = [
            (found, found == 1 ? "picture" : "pictures", ""), (book.newCount, "captioned", ""),
            (book.oldCount, "captioned before", ""), (failures.count, "failed", failures.isEmpty ? "" : " bad"),
            (left, "left", ""),
        ]
        // What is zero is said only where it is good news.
        let wanted = tiles.enumerated().filter { $0.offset < 2 || $0.offset == 3 || $0.element.0 > 0 }.map(\.element)
        let items = wanted.map { "<div class=\"tile\($0.2)\"><dt>\($0.1)</dt><dd>\(HTMLText.number($0.0))</dd></div>" }
        return "<dl class=\"tiles\">\n\(items.joined(separator: "\n"))\n</dl>\n<p>\(sampleSentence)</p>\n"
    }

    private var sampleSentence: String {
        let parts = [book.count > shown.count, failures.count > ReportBook.maxFailures]
        let figures = "All \(HTMLText.number(book.count + failures.count)) pictures are counted below."
        guard parts.contains(true) else { return figures + " All of them are shown." }
        let failed =
            failures.isEmpty
            ? ""
            : failures.count > ReportBook.maxFailures
                ? "\(HTMLText.number(ReportBook.maxFailures)) of \(HTMLText.number(failures.count)) failed ones and "
                : "all \(HTMLText.number(failures.count)) failed ones and "
        return figures + " Shown are \(HTMLText.number(shown.count + min(failures.count, ReportBook.maxFailures))): "
            + "\(failed)an even sample of \(HTMLText.number(shown.count)) of the "
            + "\(HTMLText.number(book.count)) with captions."
    }
}
