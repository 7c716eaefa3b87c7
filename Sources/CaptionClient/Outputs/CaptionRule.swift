/// How the server's answer and what is there already become a caption.
package struct CaptionRule: Sendable {
    let existing: ExistingCaption
    let prefix: String
    let suffix: String
    package var trigger: Trigger?
    /// Whether the trigger stands where a template puts it, and not at the beginning.
    package var isTriggerPlaced = false

    package init(existing: ExistingCaption, prefix: String = "", suffix: String = "", trigger: Trigger? = nil) {
        self.existing = existing
        self.prefix = prefix
        self.suffix = suffix
        self.trigger = trigger
    }

    /// The old and the new caption together; the trigger stands at the beginning, and nowhere else because of us.
    package func combine(_ old: String?, _ new: String) -> String {
        guard let trigger, !isTriggerPlaced else { return existing.combine(old, new) }
        var old = old
        if case .prepend = existing { old = old.map(trigger.removed) }
        return trigger.before(existing.combine(old, trigger.removed(from: new)))
    }

    /// What the metadata of an image, that says this now, is to say.
    func change(
        _ caption: CaptionText, isTags: Bool, of metadata: ImageMetadata?,
        language: String = ImageMetadata.anyLanguage
    ) -> MetadataChange {
        var change = MetadataChange()
        if isTags {
            change.tags = tags(metadata?.tags ?? [], caption.tags)
            change.followers = (metadata?.followers ?? [:]).filter { !$0.value.isEmpty }
                .reduce(into: [:]) { $0[$1.key] = followed($1.value, by: change.tags, $1.key.separator) }
            change.areTagsOurs = true
        } else {
            describe(caption.text, metadata, language, &change)
            change.areTagsOurs = metadata?.areTagsOurs ?? false
        }
        return change
    }

    private func describe(
        _ text: String, _ metadata: ImageMetadata?, _ language: String, _ change: inout MetadataChange
    ) {
        change.language = language
        guard language == ImageMetadata.anyLanguage else {
            translate(combine(metadata?.descriptions[.xmp], text), metadata, &change)
            return
        }
        for field in ImageMetadata.Field.allCases {
            let old = metadata.flatMap { $0.descriptions[field] ?? $0.description }
            change.descriptions[field] = combine(old, text)
        }
    }

    /// Lets a description in one language stand beside the one for all. IPTC and EXIF know no languages, and many programs
    /// show them before XMP: they hold it only where it is the one for all, too.
    private func translate(_ text: String, _ metadata: ImageMetadata?, _ change: inout MetadataChange) {
        change.descriptions[.xmp] = text
        if let metadata, metadata.isForAll {
            // What stands in IPTC or EXIF alone would be hidden by XMP.
            if !metadata.hasAnyLanguage { change.others[ImageMetadata.anyLanguage] = metadata.wordsWithoutLanguage }
        } else {
            change.others[ImageMetadata.anyLanguage] = text
            for field in ImageMetadata.Field.withoutLanguage { change.descriptions[field] = text }
        }
    }

    /// A list of paths, with each tag that none of them has a part of; where all tags are replaced, without the paths
    /// that end with none.
    private func followed(_ paths: [String], by tags: [String], _ separator: Character) -> [String] {
        func parts(_ path: String) -> [String] { path.lowercased().split(separator: separator).map(String.init) }
        let wanted = Set(tags.map { $0.lowercased() })
        let kept = existing == .overwrite ? paths.filter { parts($0).last.map(wanted.contains) ?? false } : paths
        let known = Set(kept.flatMap(parts))
        return kept + tags.filter { !known.contains($0.lowercased()) }
    }

    /// The tags, the trigger first. Of the owner's none goes, unless all are to be replaced.
    private func tags(_ old: [String], _ new: [String]) -> [String] {
        let first = trigger.map { [$0.word] } ?? []
        let others = old.filter { !first.contains($0) }
        let known = Set((first + others).map { $0.lowercased() })
        let added = CaptionText.unique(new).filter { !known.contains($0.lowercased()) }
        switch existing {
        case .overwrite: return CaptionText.unique(first + new)
        case .skip, .append: return first + others + added
        case .prepend: return first + added + others
        }
    }
}
