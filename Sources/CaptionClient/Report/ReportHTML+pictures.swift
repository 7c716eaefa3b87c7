package import Foundation

/// The images with their captions, and which captions are alike.
extension ReportHTML {
    private static let groupCount = 50
    private static let memberCount = 12
    private static let variantCount = 5
    /// No caption that is worth reading is longer.
    private static let maxCaption = 4000

    var likenesses: String {
        let (isAlive, similar) = (book.isAlive, book.similar)
        let same = similar.sameGroups(counts: isAlive)
        let near = similar.nearGroups(counts: isAlive)
        let members = similar.sameMembers(of: same.prefix(Self.groupCount), limit: Self.memberCount, counts: isAlive)
        let variants = similar.nearMembers(
            of: near.prefix(Self.groupCount), limit: Self.variantCount + 1, counts: isAlive)
        return section(
            "The same caption", same, none: "No two pictures have the same caption.",
            sentence: same.count == 1 ? "caption has more than one picture" : "captions have more than one picture each"
        ) { sameGroup($0, members[$0.first] ?? []) }
            + section(
                "Nearly the same caption", near,
                none: "No two captions have four of five words in common.",
                sentence: (near.count == 1 ? "group has" : "groups have") + " at least four of five words in common"
            ) { nearGroup($0, variants[$0.first] ?? []) }
    }

    private func section(
        _ title: String, _ groups: [SimilarCaptions.Group], none: String, sentence: String,
        _ item: (SimilarCaptions.Group) -> String
    ) -> String {
        guard book.count > 1 else { return "" }
        guard !groups.isEmpty else { return "<section>\n<h2>\(title)</h2>\n<p>\(none)</p>\n</section>\n" }
        let pictures = groups.reduce(0) { $0 + $1.count }
        let isCut = groups.count > Self.groupCount
        return """
            <section>
            <h2>\(title)</h2>
            <p>\(HTMLText.number(groups.count)) \(sentence), \(HTMLText.number(pictures)) pictures in all.\
            \(isCut ? " Here are the \(Self.groupCount) largest." : "")</p>
            <ol class="groups">
            \(groups.prefix(Self.groupCount).map(item).joined(separator: "\n"))
            </ol>
            </section>

            """
    }

    private func sameGroup(_ group: SimilarCaptions.Group, _ members: [Int]) -> String {
        let names = members.map { name($0) }.joined(separator: ", ")
        let others = group.count - members.count
        return """
            <li><b class="times">\(HTMLText.number(group.count))&#215;</b><div>
            <p class="caption" dir="auto">\(clipped(text(group.first)))</p>
            <p class="muted members">\(names)\(others > 0 ? " and \(HTMLText.number(others)) more" : "")</p>
            </div></li>
            """
    }

    /// The first caption, and others with the words marked that it has not.
    private func nearGroup(_ group: SimilarCaptions.Group, _ variants: [Int]) -> String {
        let first = WordSet(text(group.first))
        let items = variants.filter { $0 != group.first }.prefix(Self.variantCount).map { number in
            "<p class=\"caption\" dir=\"auto\">\(marked(text(number), first))</p>\n"
                + "<p class=\"members\">\(name(number))</p>"
        }
        let others = group.textCount - 1 - items.count
        return """
            <li><b class="times">\(HTMLText.number(group.count))&#215;</b><div>
            <p class="caption" dir="auto">\(clipped(text(group.first)))</p>
            <p class="members">\(name(group.first))</p>
            \(items.joined(separator: "\n"))
            \(others > 0 ? "<p class=\"muted\">and \(HTMLText.number(others)) more</p>" : "")
            </div></li>
            """
    }

    private func marked(_ text: String, _ known: WordSet) -> String {
        text.prefix(Self.maxCaption).split(separator: " ", omittingEmptySubsequences: false).map { word in
            let isNew = WordSet.words(String(word)).contains { !known.contains($0) }
            return isNew ? "<mark>\(HTMLText.escaped(word))</mark>" : HTMLText.escaped(word)
        }.joined(separator: " ")
    }

    private func text(_ number: Int) -> String { book.record(number)?.text ?? "" }

    /// An image's name, which leads to the image where that is on the page.
    private func name(_ number: Int) -> String {
        let name = "<bdi>\(HTMLText.escaped(book.record(number)?.name ?? ""))</bdi>"
        return isShown.contains(number) ? "<a href=\"#p\(number)\">\(name)</a>" : name
    }

    private func clipped(_ text: String) -> String {
        HTMLText.escaped(text.prefix(Self.maxCaption)) + (text.count > Self.maxCaption ? "…" : "")
    }

    func cards(_ write: Writer) throws {
        guard !shown.isEmpty else { return }
        try put("<section>\n<h2>Pictures</h2>\n\(missingThumbnails)</section>\n<div class=\"cards\">\n", write)
        for number in shown {
            guard let record = book.record(number) else { continue }
            try put(Self.cardBeginning(number, ReportBook.key(record.name)), write)
            if let thumbnail = book.thumbnail(number) {
                try put(Self.imageBeginning, write)
                try write(thumbnail)
                try put("\">\n", write)
            }
            try put(card(record), write)
        }
        try put("</div>\n", write)
    }

    /// Why some of them have no thumbnail.
    private var missingThumbnails: String {
        let bare = shown.filter { !book.hasThumbnail($0) }.compactMap(book.record)
        let old = bare.count { !$0.isNew }
        let reasons = [(old, Self.captionedBefore), (bare.count - old, "the server has sent none with the caption.")]
        return reasons.filter { $0.0 > 0 }.map { count, reason in
            let those =
                count == shown.count
                ? "None of these pictures has a thumbnail"
                : "\(HTMLText.number(count)) of these pictures \(count == 1 ? "has" : "have") no thumbnail"
            return "<p class=\"muted\">\(those): \(reason)</p>\n"
        }.joined()
    }

    private static let captionedBefore = """
        thumbnails come from the server with the captions, and these captions were there before. The same command \
        with <b>--overwrite</b> captions the pictures anew, with thumbnails. A report that is asked for from the first \
        run on has them all.
        """

    private func card(_ record: ReportRecord) -> String {
        let titles = book.tallies.map(\.channel.title)
        let captions = record.captions.enumerated().map { channel, text in
            let title = record.captions.count > 1 && channel < titles.count ? titles[channel] : nil
            let label = title.map { "<b>\(HTMLText.escaped($0))</b>" } ?? ""
            let body = text.map(clipped) ?? "<span class=\"muted\">The caption was not read.</span>"
            return "<p class=\"caption\" dir=\"auto\">\(label)\(body)</p>\n"
        }
        let note = record.note.map { "<p class=\"note\">\(HTMLText.escaped($0))</p>\n" } ?? ""
        return "<h3><bdi>\(HTMLText.escaped(record.name))</bdi>\(record.isNew ? "" : " <em>before</em>")</h3>\n"
            + captions.joined() + note + "</article>\n"
    }

    /// Thumbnails that are not shown, for the next run to find: this one may be killed at any time.
    func keepThumbnails(_ write: Writer) throws {
        for key in awaited {
            guard let thumbnail = book.keptThumbnail(key) else { continue }
            try put(Self.keptStart + String(key, radix: 16) + " ", write)
            try write(thumbnail)
            try put(" -->\n", write)
        }
    }

    private static let keptStart = "<!-- kept "
    private static let cardStart = "<article id=\"p"
    private static let keyStart = "\" data-key=\""
    private static let imageBeginning = "<img alt=\"\" src=\"data:image/jpeg;base64,"

    private static func cardBeginning(_ number: Int, _ key: UInt64) -> String {
        "\(cardStart)\(number)\(keyStart)\(String(key, radix: 16))\">"
    }

    /// The thumbnails of an earlier page, by their images' keys.
    package static func thumbnails(_ page: Data) -> [UInt64: Data] {
        var thumbnails: [UInt64: Data] = [:]
        for line in page.split(separator: UInt8(ascii: "\n")) where thumbnails.count < 2 * ReportBook.maxShown {
            guard let (digits, image) = shownParts(line) ?? keptParts(line),
                let key = UInt64(String(decoding: digits, as: UTF8.self), radix: 16), thumbnails[key] == nil
            else { continue }
            thumbnails[key] = ReportBook.checked(String(decoding: image, as: UTF8.self))
        }
        return thumbnails
    }

    private static func shownParts(_ line: Data) -> (key: Data, image: Data)? {
        guard line.starts(with: cardStart.utf8) else { return nil }
        let parts = line.split(separator: UInt8(ascii: ">"), maxSplits: 1)
        guard parts.count == 2, parts[1].starts(with: imageBeginning.utf8),
            let keyStart = parts[0].firstRange(of: Data(keyStart.utf8))
        else { return nil }
        let image = parts[1].dropFirst(imageBeginning.utf8.count).prefix(while: ReportBook.isBase64)
        return (parts[0][keyStart.upperBound...].dropLast(), image)
    }

    private static func keptParts(_ line: Data) -> (key: Data, image: Data)? {
        guard line.starts(with: keptStart.utf8) else { return nil }
        let parts = line.dropFirst(keptStart.utf8.count).split(separator: UInt8(ascii: " "))
        return parts.count == 3 ? (parts[0], parts[1]) : nil
    }
}
