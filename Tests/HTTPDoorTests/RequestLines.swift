import Logging
import Synchronization

/// A log that keeps the statuses of requests.
struct RequestLines: LogHandler {
    private final class Lines: Sendable {
        let statuses = Mutex<[String]>([])
        let first = AsyncStream.makeStream(of: Never.self)
    }

    private let lines = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    var statuses: [String] { lines.statuses.withLock { $0 } }

    /// Waits for the first line.
    func hasOne() async {
        for await _ in lines.first.stream {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard let status = event.metadata?["status"] else { return }
        lines.statuses.withLock { $0.append("\(status)") }
        lines.first.continuation.finish()
    }
}
