import ArgumentParser
import Serving
import VisionAPI

/// How long the model stays, and how many may wait for it.
struct QueueOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long the model stays in memory without a request: seconds, or 10m, 1.5h; 0: until nobody waits, -1: for "
                + "ever. [env: VISION_SERVER_UNLOAD_AFTER] (default: 300)",
            valueName: "time"))
    var unloadAfter: String?

    @Flag(help: "Load the model at the start, download included. [env: VISION_SERVER_PRELOAD]")
    var preload = false

    @Option(
        help: ArgumentHelp(
            "How many answers are written at a time, which is faster than one after the other; auto is 8. "
                + "[env: VISION_SERVER_MAX_BATCH] (default: auto)",
            valueName: "auto|answers"))
    var maxBatch: String?

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

    @Option(
        help: ArgumentHelp(
            "How much memory decoding may take; pictures wait for it, and one that needs more is refused. "
                + "[env: VISION_SERVER_MAX_DECODE_MEMORY] (default: 768MB, or half of what is left beside the model)",
            valueName: "bytes"))
    var maxDecodeMemory: String?

    func isPreloading(_ settings: Settings) throws -> Bool { try settings.isOn("preload", preload) }

    func limits(_ settings: Settings) throws -> ModelHostLimits {
        let wait = try settings.number("max-wait", maxWait, in: 0...(1 << 31)) ?? 600
        return ModelHostLimits(
            keepAlive: try keepAlive(settings),
            maxLent: try batch(settings),
            maxQueued: try settings.number("max-queued", maxQueued, in: 1...100_000) ?? 64,
            maxQueuedBytes: try settings.bytes("max-queued-bytes", maxQueuedBytes) ?? 256 << 20,
            maxWait: wait == 0 ? nil : .seconds(wait))
    }

    /// - Parameter model: Bytes that the model will take.
    func decoding(_ settings: Settings, beside model: Int) throws -> DecodeBudget {
        let given = try settings.bytes("max-decode-memory", maxDecodeMemory)
        return DecodeBudget(memory: given ?? MemoryBudget().share(of: 768 << 20, beside: model))
    }

    /// A step for 8 answers of 3 beams takes a third longer than one for a single answer; beyond that arithmetic is what
    /// takes the time, not reading the weights, and every answer needs memory.
    private static let automaticBatch = 8

    private func batch(_ settings: Settings) throws -> Int {
        guard let text = settings.text("max-batch", maxBatch), text != "auto" else { return Self.automaticBatch }
        guard let number = Int(text), (1...64).contains(number) else {
            let name = settings.name("max-batch", maxBatch)
            throw ValidationError("\(name) is \"\(text)\": it must be auto or a whole number from 1 to 64.")
        }
        return number
    }

    private func keepAlive(_ settings: Settings) throws -> KeepAlive {
        guard let text = settings.text("unload-after", unloadAfter) else { return .lasting(.seconds(300)) }
        guard let keepAlive = KeepAlive(text) else {
            throw ValidationError(
                "\(settings.name("unload-after", unloadAfter)) is \"\(text)\": "
                    + "it must be seconds such as 300, 0 or -1, or a text such as 10m or 1.5h.")
        }
        return keepAlive
    }
}
