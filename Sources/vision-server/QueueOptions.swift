import ArgumentParser
import Serving

/// How long the model stays, and how many may wait for it.
struct QueueOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long the model stays in memory without a request: seconds, or 10m, 1h; 0: until nobody waits, -1: for "
                + "ever. [env: VISION_SERVER_UNLOAD_AFTER] (default: 300)",
            valueName: "time"))
    var unloadAfter: String?

    @Flag(help: "Load the model at the start, download included. [env: VISION_SERVER_PRELOAD]")
    var preload = false

    @Option(
        help: ArgumentHelp(
            "How many requests may wait; more are refused with 503. [env: VISION_SERVER_MAX_QUEUED] (default: 64)",
            valueName: "requests"))
    var maxQueued: Int?

    @Option(
        help: ArgumentHelp(
            "How much memory waiting requests may hold. [env: VISION_SERVER_MAX_QUEUED_BYTES] (default: 256MB)",
            valueName: "bytes"))
    var maxQueuedBytes: String?

    @Option(
        help: ArgumentHelp(
            "How long a request may wait while the model is loaded; 0: no limit. "
                + "[env: VISION_SERVER_MAX_WAIT] (default: 600)",
            valueName: "seconds"))
    var maxWait: Int?

    func isPreloading(_ settings: Settings) throws -> Bool { try settings.isOn("preload", preload) }

    func limits(_ settings: Settings) throws -> ModelHostLimits {
        let wait = try settings.number("max-wait", maxWait, in: 0...(1 << 31)) ?? 600
        return ModelHostLimits(
            keepAlive: try keepAlive(settings),
            maxQueued: try settings.number("max-queued", maxQueued, in: 1...100_000) ?? 64,
            maxQueuedBytes: try settings.bytes("max-queued-bytes", maxQueuedBytes) ?? 256 << 20,
            maxWait: wait == 0 ? nil : .seconds(wait))
    }

    private func keepAlive(_ settings: Settings) throws -> KeepAlive {
        guard let text = settings.text("unload-after", unloadAfter) else { return .lasting(.seconds(300)) }
        guard let keepAlive = KeepAlive(text) else {
            throw ValidationError(
                "\(settings.name("unload-after", unloadAfter)) is \"\(text)\": "
                    + "it must be seconds such as 300, 0 or -1, or a text such as 10m or 1h.")
        }
        return keepAlive
    }
}
