/// Charts of lengths and frequencies, and what has failed.
extension ReportHTML {
    private static let topCount = 60
    private static let moreCount = 400

    var failureSection: String {
        guard !failures.isEmpty else { return "" }
        let groups = Dictionary(grouping: failures.prefix(ReportBook.maxFailures), by: \.error)
        let sorted = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        let items = sorted.map { reason, lines in
            let names = lines.map { "<li><bdi>\(HTMLText.escaped($0.file))</bdi></li>" }.joined(separator: "\n")
            return """
                <details\(lines.count <= 10 ? " open" : "")>
                <summary><span dir="auto">\(HTMLText.escaped(reason))</span>
                <b>\(HTMLText.number(lines.count))</b></summary>
                <ul class="names">
                \(names)
                </ul>
                </details>
                """
        }
        return "<section class=\"bad\">\n<h2>Failed</h2>\n\(items.joined(separator: "\n"))\n</section>\n"
    }

    func figures(_ tally: CaptionTally) -> String {
        guard tally.lengths.count > 0 else { return "" }
        let title = book.tallies.count > 1 ? " of \(HTMLText.escaped(tally.channel.title))" : ""
        let terms = tally.channel.hasTags ? "Tags" : "Words"
        return "<section>\n<h2>Lengths\(title)</h2>\n\(histogram(tally))</section>\n"
            + "<section>\n<h2>\(terms)\(title)</h2>\n\(frequencies(tally))</section>\n"
    }

    private func histogram(_ tally: CaptionTally) -> String {
        let (lengths, unit) = (tally.lengths, tally.channel.unit)
        let bars = lengths.bars(most: 40)
        let most = max(bars.map(\.count).max() ?? 1, 1)
        // So many labels that they do not meet on a phone.
        let step = max((bars.count + 7) / 8, 1)
        let columns = bars.enumerated().map { index, bar in
            let (first, last) = (bar.lengths.lowerBound, bar.lengths.upperBound)
            let range = first == last ? "\(first)" : "\(first)–\(last)"
            let height = bar.count == 0 ? 0 : max(Double(bar.count) / Double(most) * 100, 1)
            let label = index.isMultiple(of: step) ? "<small>\(first)</small>" : ""
            return "<li title=\"\(range) \(unit): \(HTMLText.number(bar.count))\">"
                + "<i style=\"height:\(Self.percent(height))\"></i>\(label)</li>"
        }
        let mean = (lengths.mean * 10).rounded() / 10
        let more = lengths.longest == LengthCounts.maxLength ? " or more" : ""
        return """
            <p>Half of the captions have \(lengths.median) \(unit) or less. The mean is \(mean), the shortest has \
            \(lengths.shortest), the longest \(lengths.longest)\(more).</p>
            <ol class="histogram" role="img" aria-label="Captions by their number of \(unit), from \(lengths.shortest) \
            to \(lengths.longest)">
            \(columns.joined(separator: "\n"))
            </ol>
            <p class="axis muted">\(unit) in a caption; the highest bar stands for \(HTMLText.number(most)) \
            \(most == 1 ? "caption" : "captions")</p>

            """
    }

    private func frequencies(_ tally: CaptionTally) -> String {
        let (terms, name) = (tally.terms, tally.channel.termName)
        let top = terms.top(Self.topCount + Self.moreCount)
        guard let first = top.first else { return "<p>There are none.</p>\n" }
        let chart = top.prefix(Self.topCount).map { term in
            let share = Double(term.count) / Double(max(tally.lengths.count, 1)) * 100
            return """
                <li><span class="term"><bdi>\(HTMLText.escaped(term.text))</bdi></span><span class="bar"><i \
                style="width:\(Self.percent(Double(term.count) / Double(first.count) * 100))"></i></span>\
                <span class="count">\(HTMLText.number(term.count))</span><span class="share muted">\
                \(share < 1 ? "&lt;1" : "\(Int(share.rounded()))")&#8239;%</span></li>
                """
        }
        let rest = top.dropFirst(Self.topCount).map { term in
            "<li><bdi>\(HTMLText.escaped(term.text))</bdi> "
                + "<span class=\"muted\">\(HTMLText.number(term.count))</span></li>"
        }
        let more =
            rest.isEmpty
            ? ""
            : "<details>\n<summary>The next \(HTMLText.number(rest.count))</summary>\n<ol class=\"more\">\n"
                + "\(rest.joined(separator: "\n"))\n</ol>\n</details>\n"
        let error = terms.error > 0 ? " Counts may be too low by up to \(HTMLText.number(terms.error))." : ""
        let once = terms.onceCount
        let fillers = name == "words" ? " Words such as “the” are left out." : ""
        return """
            <p>\(HTMLText.number(terms.count)) different \(name), of which \(HTMLText.number(once)) \
            \(once == 1 ? "is" : "are") in one caption only.\(error)\(fillers)</p>
            <ol class="terms">
            \(chart.joined(separator: "\n"))
            </ol>
            \(more)
            """
    }

    /// With one digit behind the point.
    static func percent(_ value: Double) -> String { "\((value * 10).rounded() / 10)%" }
}
