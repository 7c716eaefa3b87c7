import ArgumentParser
import Logging

/// How much is logged, and how.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Least severe level that is logged: \(Self.levels). "
                + "[env: VISION_SERVER_LOG_LEVEL] (default: info)",
            valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "Format of the log on standard error; json is one object a line. "
                + "[env: VISION_SERVER_LOG_FORMAT] (default: text)",
            valueName: "text|json"))
    var logFormat: String?

    private static let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    /// Makes it the log of the whole program; once a process.
    func install(_ settings: Settings) throws -> LogFormat {
        let level = settings.text("log-level", logLevel) ?? "info"
        guard let level = Logger.Level(rawValue: level.lowercased()) else {
            throw ValidationError(
                "\(settings.name("log-level", logLevel)) is \"\(level)\": it must be one of \(Self.levels).")
        }
        let format = settings.text("log-format", logFormat) ?? "text"
        guard let format = LogFormat(rawValue: format.lowercased()) else {
            throw ValidationError(
                "\(settings.name("log-format", logFormat)) is \"\(format)\": it must be text or json.")
        }
        LoggingSystem.bootstrap { ServerLogHandler(label: $0, format: format, logLevel: level) }
        return format
    }
}
