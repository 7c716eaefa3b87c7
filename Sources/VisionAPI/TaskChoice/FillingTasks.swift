import Florence2

/// Which tasks fill JSON.
struct FillingTasks {
    /// The things in the image.
    let things: TaskReading
    /// A task that was asked for by its token or its name: it fills every text that describes the image.
    let named: TaskReading?
    /// What the words of the prompt ask for.
    let wanted: FlorenceTask?
    let defaultTask: FlorenceTask
    let reading: @Sendable (FlorenceTask) -> TaskReading?

    /// `nil` where no task gives a text of that meaning.
    func reading(for meaning: PropertyMeaning) -> TaskReading? {
        switch meaning {
        case .caption(let task): named ?? reading(task ?? wantedCaption ?? .caption)
        case .writtenText: reading(.ocr)
        case .imagePrompt: named ?? reading(.mixedCaption)
        case .things: TaskReading(prompt: things.prompt, form: .labels)
        case .anything: named ?? reading(wanted ?? defaultTask)
        case .probability, .unknown: nil
        }
    }

    private var wantedCaption: FlorenceTask? {
        switch wanted {
        case .caption, .detailedCaption, .moreDetailedCaption, .mixedCaption, .mixedCaptionPlus: wanted
        default: nil
        }
    }
}
