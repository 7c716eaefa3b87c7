import Captioning
import HTTPDoor
import HTTPTypes
import Serving
import VisionAPITypes

/// Whether a request that comes now would be accepted, and if not, why: without names, anybody may ask.
struct Readiness {
    /// `nil`: it would.
    let refusal: ErrorAnswer?

    init(_ host: ModelHostStatus, _ store: CaptionService.Store) {
        let reason: (ErrorCode, String)? =
            if host.isStopping {
                (.stopping, "The server is stopping.")
            } else if case .fetching(let progress) = store.current, progress.trouble == nil {
                (.modelDownloading, "The model's files are being downloaded.")
            } else if host.hasFailed || store.hasFailedLately || store.isInTrouble {
                (
                    .modelUnavailable,
                    "The model could not be loaded a moment ago. GET /status and the server's log say why."
                )
            } else if host.isFull {
                (.queueFull, "The queue is full.")
            } else {
                nil
            }
        refusal = reason.map { code, sentence in
            var answer = ErrorAnswer(.serviceUnavailable, code, sentence)
            answer.headers[.retryAfter] = "\(Self.secondsToWait(code, host, store))"
            return answer
        }
    }

    /// Those who only ask whether the server is ready ask again in a while, whatever is the matter.
    private static func secondsToWait(
        _ code: ErrorCode, _ host: ModelHostStatus, _ store: CaptionService.Store
    ) -> Int {
        if code == .queueFull { return host.secondsToWait }
        guard case .fetching(let progress) = store.current else { return 5 }
        return progress.secondsToWait
    }
}
