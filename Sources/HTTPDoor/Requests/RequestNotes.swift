import HTTPTypes
package import Logging
import Synchronization

/// What becomes known of a request on its way, for its line in the log.
package final class RequestNotes: Sendable {
    struct Facts: Sendable {
        /// The code of the error that it was answered with; `nil` for a success.
        var errorCode: String?
        /// The status of an error that came when another one had gone out already.
        var lateStatus: HTTPResponse.Status?
        /// What went wrong where the client is told only that something did.
        var failure: String?
        /// Whether it only looks how things are, as it does again and again.
        var isPoll = false
        /// What its dialect has noted.
        var fields: Logger.Metadata = [:]
        /// When it was ready for the work itself, and when its turn came.
        var ready: ContinuousClock.Instant?
        var turn: ContinuousClock.Instant?

        /// How long it has waited for its turn by `now`; `nil` for one that never wanted one.
        func waited(by now: ContinuousClock.Instant) -> Duration? {
            ready.map { (turn ?? now) - $0 }
        }
    }

    private let noted = Mutex(Facts())
    private let client = ConnectedClient.current

    var facts: Facts { noted.withLock { $0 } }

    func note(code: String) { noted.withLock { $0.errorCode = code } }

    func note(lateStatus: HTTPResponse.Status) { noted.withLock { $0.lateStatus = lateStatus } }

    func note(failure: any Error) { noted.withLock { $0.failure = "\(failure)" } }

    /// Notes a field of the log's line; nothing that is secret or long belongs there.
    package func note(_ field: String, _ value: Logger.MetadataValue) { noted.withLock { $0.fields[field] = value } }

    /// It only looks how things are: where it succeeds its line is logged at debug.
    package func notePoll() { noted.withLock { $0.isPoll = true } }

    /// It is ready for the work itself.
    package func noteReady() { noted.withLock { $0.ready = .now } }

    /// Its turn has come.
    package func noteTurn() {
        noted.withLock { $0.turn = .now }
        client?.tell(.turnCame)
    }
}
