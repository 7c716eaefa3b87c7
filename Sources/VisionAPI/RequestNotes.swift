import Florence2
import Images
import Synchronization
import VisionAPITypes

/// What becomes known of a request on its way, for its line in the log: no picture, and of a prompt its task only.
final class RequestNotes: Sendable {
    struct Facts: Sendable {
        /// The code of the error that it was answered with; `nil` for a success.
        var errorCode: ErrorCode?
        /// What went wrong where the client is told only that something did.
        var failure: String?
        /// The tasks of its prompts; a prompt that is none goes by `literal`.
        var tasks: [String] = []
        /// Columns and rows of the upright picture.
        var picture: (width: Int, height: Int)?
        /// When it was ready for the model, and when its turn came.
        var ready: ContinuousClock.Instant?
        var turn: ContinuousClock.Instant?

        /// How long it has waited for its turn by `now`; `nil` for one that never wanted the model.
        func waited(by now: ContinuousClock.Instant) -> Duration? {
            ready.map { (turn ?? now) - $0 }
        }
    }

    private let noted = Mutex(Facts())

    var facts: Facts { noted.withLock { $0 } }

    /// Notes the code of the error that it is answered with.
    func note(_ code: ErrorCode) { noted.withLock { $0.errorCode = code } }

    func note(failure: any Error) { noted.withLock { $0.failure = "\(failure)" } }

    func note(_ prompts: [TaskPrompt]) {
        noted.withLock { $0.tasks = prompts.map { $0.task?.token ?? "literal" } }
    }

    func note(_ picture: ImageHeader) {
        let isTurned = (5...8).contains(picture.orientation)
        noted.withLock {
            $0.picture = isTurned ? (picture.height, picture.width) : (picture.width, picture.height)
        }
    }

    /// It is ready for the model.
    func noteReady() { noted.withLock { $0.ready = .now } }

    /// Its turn has come.
    func noteTurn() { noted.withLock { $0.turn = .now } }
}
