import CaptionCleaning
import VisionAPITypes

/// The texts of a request on their way through its clean-up, a part of them at a time, so that others come in between.
struct TextsCleaning: Sendable {
    private let texts: [String]
    private let field: CleanUpField
    private var work = CleaningWork(steps: Self.maxWork)
    private(set) var answer = CleanTextsResponse(texts: [])

    /// The most steps of all texts; about two seconds.
    static let maxWork = 500_000_000
    /// Steps after which others have their turn.
    static let share = 20_000_000

    init(_ texts: [String], _ field: CleanUpField) {
        (self.texts, self.field) = (texts, field)
    }

    var isDone: Bool { answer.texts.count == texts.count }

    /// Cleans one text at least.
    mutating func goOn() throws(CleanError) {
        let end = work.left - Self.share
        repeat {
            guard !isDone else { return }
            try cleanNext()
        } while work.left > end
    }

    private mutating func cleanNext() throws(CleanError) {
        let index = answer.texts.count
        do throws(CleaningWork.Exceeded) {
            let outcome = try field.cleanUp.clean(texts[index], as: field.kind ?? .unknown, within: &work)
            answer.texts.append(outcome.text)
            if outcome.isKept { answer.kept = (answer.kept ?? []) + [index] }
        } catch {
            throw .tooMuchWork(limit: Self.maxWork)
        }
    }
}
