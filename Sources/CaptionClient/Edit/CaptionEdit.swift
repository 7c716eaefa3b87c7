package import CaptionCleaning

/// What is done to captions that are there, without asking any model.
package struct CaptionEdit: Sendable, Equatable {
    package var cleanUp = CleanUp()
    package var prepended: String?
    package var appended: String?
    package var separator = ", "
    package var trigger: Trigger?
    /// Only captions with this text in them are meant, in any capitals.
    package var wanted: String?
    /// The most captions that are changed.
    package var limit: Int?

    package init() {}

    /// Whether captions stay as they are, and are only looked for.
    package var isSearch: Bool { cleanUp.isEmpty && prepended == nil && appended == nil && trigger == nil }

    package func isMeant(_ caption: String) -> Bool {
        guard let wanted else { return true }
        return caption.lowercased().contains(wanted.lowercased())
    }

    /// A caption as it is to be: cleaned, then with what is added, once, and the trigger before all.
    package func apply(to caption: String) -> String {
        // The trigger would hide what the clean-up looks for at the beginning.
        let bare = trigger?.removed(from: caption) ?? caption
        var text = CaptionText.trimmed(cleanUp.clean(bare).text)
        if let prepended { text = ExistingCaption.prepend(separator: separator).combine(text, prepended) }
        if let appended { text = ExistingCaption.append(separator: separator).combine(text, appended) }
        return trigger?.before(text) ?? text
    }
}
