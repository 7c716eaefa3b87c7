import Foundation
import Logging

/// Writes the log to standard error.
struct ServerLogHandler: LogHandler {
    let label: String
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        // Where the service ends for a reason that is told by itself, the framework says this of each port.
        if event.source == "HummingbirdCore", "\(event.message)" == "Waiting on child channel: CancellationError()" {
            return
        }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        write(format.line(event, all, label: label, at: LogTime()))
    }

    /// In one piece: entries of several threads do not mix. What cannot be written is lost; there is nobody to tell.
    private func write(_ line: String) {
        let bytes = Array(line.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            written += count
        }
    }
}
