package import CaptionCleaning
package import VisionAPITypes

/// The texts of a request on their way through its clean-up, a part of them at a time, so that others come in between.
package struct TextsCleaning: Sendable {
    private let texts: [String]
    private let cleanUp: CleanUp
    private let kind: TextKind?
    private var work = CleaningWork(steps: Self.maxWork)
    package private(set) var answer = CleanTextsResponse(texts: [])

    /// The most steps of all texts; about two seconds.
    static let maxWork = 500_000_000
    /// Steps after which others have their turn.
    static let share = 20_000_000

    /// - Parameter kind: What the texts are; `nil` where that is looked for in each.
    package init(_ texts: [String], _ cleanUp: CleanUp, as kind: TextKind?) {
        (self.texts, self.cleanUp, self.kind) = (texts, cleanUp, kind)
    }

    package var isDone: Bool { answer.texts.count == texts.count }

    /// Cleans one text at least.
    /// - Throws: `CleanError.tooMuchWork`.
    package mutating func goOn() throws(CleanError) {
        let end = work.left - Self.share
        repeat {
            guard !isDone else { return }
            try cleanNext()
        } while work.left > end
    }

    private mutating func cleanNext() throws(CleanError) {
        let index = answer.texts.count
        do throws(CleaningWork.Exceeded) {
            let outcome = try cleanUp.clean(texts[index], as: kind ?? .unknown, within: &work)
            answer.texts.append(outcome.text)
            if outcome.isKept { answer.kept = (answer.kept ?? []) + [index] }
        } catch {
            throw .tooMuchWork(limit: Self.maxWork)
        }
    }
}
