package import Florence2

/// Names of tasks where people write them: as a token in a text, as the whole text, behind a model's name.
package enum TaskName {
    /// The names that stand behind a model's, as in `florence-2:tags`, for lists of models; others are understood, too.
    package static let aliases: [(name: String, task: FlorenceTask)] = [
        ("tags", .generateTags), ("caption", .caption), ("detailed", .detailedCaption),
        ("more-detailed", .moreDetailedCaption), ("mixed", .mixedCaption), ("mixed-plus", .mixedCaptionPlus),
        ("analyze", .analyze), ("ocr", .ocr), ("ocr-regions", .ocrWithRegion), ("objects", .objectDetection),
        ("regions", .denseRegionCaption),
    ]

    private static let synonyms: [String: FlorenceTask] = [
        "mix_caption": .mixedCaption, "mix_caption_plus": .mixedCaptionPlus,
    ]

    private static let tasks: [String: FlorenceTask] = FlorenceTask.allCases.reduce(into: synonyms) { names, task in
        names[task.token.dropFirst().dropLast().lowercased()] = task
    }

    private static let aliasTasks: [String: FlorenceTask] = aliases.reduce(into: tasks) { names, alias in
        names[canonical(alias.name[...]) ?? ""] = alias.task
    }

    /// Longer texts are no name.
    private static let maxLength = 64

    /// The task of this name, in any spelling: `detailed caption`, `Detailed-Caption`, `DETAILED_CAPTION`.
    package static func task(named name: some StringProtocol) -> FlorenceTask? {
        canonical(name).flatMap { tasks[$0] }
    }

    /// The task behind a model's name: of `florence-2:tags` and `florence-2:tags:latest` tags.
    package static func task(ofModel model: String) -> FlorenceTask? {
        var parts = model.utf8.count <= 1024 ? model.split(separator: ":", omittingEmptySubsequences: false) : []
        if parts.last?.lowercased() == "latest" { parts.removeLast() }
        guard parts.count > 1, let name = parts.last.flatMap(canonical) else { return nil }
        return aliasTasks[name]
    }

    /// The first token of a task in a text, such as `<OCR>`, in any spelling.
    package static func token(in text: String) -> (task: FlorenceTask, range: Range<String.Index>)? {
        var start = text.startIndex
        while let open = text[start...].utf8.firstIndex(of: UInt8(ascii: "<")) {
            let inside = text.utf8.index(after: open)
            start = inside
            let name = text.utf8[inside...].prefix(maxLength + 1).prefix { $0 != UInt8(ascii: ">") }
            guard name.endIndex < text.endIndex, text.utf8[name.endIndex] == UInt8(ascii: ">") else { continue }
            if let task = Substring(name).description.isEmpty ? nil : task(named: Substring(name)) {
                return (task, open..<text.utf8.index(after: name.endIndex))
            }
        }
        return nil
    }

    private static func canonical(_ name: some StringProtocol) -> String? {
        guard name.utf8.count <= maxLength else { return nil }
        let words = name.lowercased().split { $0 == "_" || $0 == "-" || $0.isWhitespace }
        return words.joined(separator: "_")
    }
}
