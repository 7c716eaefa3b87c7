import CaptionCleaning
import Captioning
import Florence2

/// A caption, and what the request's clean-up has made of its text.
struct CleanCaption: Sendable {
    let caption: Caption
    /// `nil` where nothing was to be done, or the answer is no text.
    let outcome: CleanUp.Outcome?

    /// The most steps for one caption, some tenths of a second; it stays as it came where that is not enough.
    static let maxWork = 100_000_000

    init(_ caption: Caption, of prompt: TaskPrompt, _ field: CleanUpField?) {
        self.caption = caption
        if let field, case .text(let text) = caption.answer {
            var work = CleaningWork(steps: Self.maxWork)
            let kind = field.kind ?? TextKind(of: prompt)
            let cleaned = try? field.cleanUp.clean(text, as: kind, within: &work)
            outcome = cleaned ?? CleanUp.Outcome(text: text, isKept: true)
        } else {
            outcome = nil
        }
    }

    /// What the client gets.
    var answer: Answer { outcome.map { .text($0.text) } ?? caption.answer }

    /// The text as the model wrote it, where it was cleaned.
    var raw: String? { if case .text(let text) = caption.answer, outcome != nil { text } else { nil } }
}

extension TextKind {
    /// What a task answers.
    init(of prompt: TaskPrompt) {
        switch prompt.task {
        case .generateTags: self = .tags
        case .caption, .detailedCaption, .moreDetailedCaption, .regionToDescription, .ocr, .regionToOCR: self = .text
        default: self = .unknown
        }
    }
}
