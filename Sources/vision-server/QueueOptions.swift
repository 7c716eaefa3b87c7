import ArgumentParser
import Captioning
import Serving

/// How long the model stays, and how many may wait for it.
struct QueueOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Idle time after which the model is unloaded: seconds, 10m or 1.5h; 0 when no request waits, -1 never. "
                + "[env: VISION_SERVER_UNLOAD_AFTER] (default: 300)",
            valueName: "time"))
    var unloadAfter: String?

    @Flag(help: "Fetch and load the model at the start. [env: VISION_SERVER_PRELOAD]")
    var preload = false

    @Option(
        help: ArgumentHelp(
            "Maximum answers decoded together; auto is 8, 1 disables batching. "
                + "[env: VISION_SERVER_MAX_BATCH] (default: auto)",
            valueName: "auto|answers"))
    var maxBatch: String?

    @Option(
        help: ArgumentHelp(
            "Maximum requests that wait; more get 503. [env: VISION_SERVER_MAX_QUEUED] (default: 64)",
            valueName: "requests"))
    var maxQueued: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum memory of waiting requests. [env: VISION_SERVER_MAX_QUEUED_BYTES] (default: 256MB)",
            valueName: "bytes"))
    var maxQueuedBytes: String?

    @Option(
        help: ArgumentHelp(
            "Maximum time in the queue while the model is loaded; 0 is no limit. "
                + "[env: VISION_SERVER_MAX_WAIT] (default: 600)",
            valueName: "seconds"))
    var maxWait: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum memory of picture decoding; a picture that alone needs more is refused. "
                + "[env: VISION_SERVER_MAX_DECODE_MEMORY] (default: 768MB, or half of what is left beside the model)",
            valueName: "bytes"))
    var maxDecodeMemory: String?

    @Option(
        help: ArgumentHelp(
            "Maximum memory of what is kept of recent pictures, so that a second question costs no second look; 0 is off. "
                + "[env: VISION_SERVER_IMAGE_CACHE] (default: 64MB)",
            valueName: "bytes"))
    var imageCache: String?

    func isPreloading(_ settings: Settings) throws -> Bool { try settings.isOn("preload", preload) }

    func limits(_ settings: Settings) throws -> ModelHostLimits {
        let wait = try settings.number("max-wait", maxWait, in: 0...(1 << 31)) ?? 600
        return ModelHostLimits(
            keepAlive: try keepAlive(settings),
            maxConcurrent: try batch(settings),
            maxQueued: try settings.number("max-queued", maxQueued, in: 1...100_000) ?? 64,
            maxQueuedBytes: try settings.bytes("max-queued-bytes", maxQueuedBytes) ?? 256 << 20,
            maxWait: wait == 0 ? nil : .seconds(wait))
    }

    /// Bytes that features of images may take.
    func imageCache(_ settings: Settings) throws -> Int {
        if settings.text("image-cache", imageCache) == "0" { return 0 }
        return try settings.bytes("image-cache", imageCache) ?? 64 << 20
    }

    /// - Parameter model: Bytes that the model will take, and what is kept of images.
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
