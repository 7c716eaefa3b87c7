import Foundation
import Logging
import Serving
import Synchronization

/// Shows how far a download is: a bar on a terminal, otherwise a line in the log every few seconds.
final class DownloadDisplay: Sendable {
    private let verb: String
    private let name: String
    private let logger: Logger
    private let onTerminal: Bool
    private let lastLine = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter verb: What is done to the model, such as `Downloading`.
    init(_ verb: String, _ name: String, logger: Logger, onTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.verb = verb
        self.name = name
        self.logger = logger
        self.onTerminal = onTerminal
    }

    func show(_ progress: DownloadProgress) {
        // The log has told it.
        if progress.trouble != nil { return }
        if onTerminal {
            write("\r\(Self.line(progress))\u{1B}[K")
        } else if isTimeForLine() {
            logger.info("\(verb) \(name): \(progress)")
        }
    }

    /// Leaves the bar's line.
    func end() {
        if onTerminal { write("\n") }
    }

    /// Such as `[#####---------------]  120 of 3290 MB, 12.3 MB/s, about 3 minutes left`.
    static func line(_ progress: DownloadProgress) -> String {
        let width = 24
        let full = Int((progress.fraction ?? 0) * Double(width))
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: width - full)
        let rate = progress.bytesPerSecond.map { String(format: "%.1f MB/s", $0 / 1e6) }
        return "[\(bar)] " + [progress.amount, rate, progress.timeLeft].compactMap { $0 }.joined(separator: ", ")
    }

    private func isTimeForLine() -> Bool {
        lastLine.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .seconds(5) { return false }
            last = now
            return true
        }
    }

    private func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
