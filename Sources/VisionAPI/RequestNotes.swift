import Synchronization
import VisionAPITypes

/// What becomes known of a request on its way, for its line in the log.
final class RequestNotes: Sendable {
    private let code = Mutex<ErrorCode?>(nil)

    /// The code of the error that it was answered with; `nil` for a success.
    var errorCode: ErrorCode? {
        get { code.withLock { $0 } }
        set { code.withLock { $0 = newValue } }
    }
}
