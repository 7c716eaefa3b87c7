import ArgumentParser
import Captioning
import Florence2
import Foundation
import HTTPDoor
import Logging
import Serving
import Tensors
import VisionAPI

/// Serves the HTTP interface until it is stopped.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve captions over HTTP (the default).",
        discussion: """
            The model is loaded, and downloaded if need be, at the first request. Ctrl-C or SIGTERM stops the server when \
            accepted requests are done.

            Other commands, each with its own --help: vision-server caption, download, doctor and inspect.
            """)

    @Option(help: "Address to listen on. [env: VISION_SERVER_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "Port to listen on, may be repeated; 0 picks a free one. [env: VISION_SERVER_PORT] (default: 54880)",
            valueName: "port"))
    var ports: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Time in which a stopping server still accepts work while /ready says 503. "
                + "[env: VISION_SERVER_DRAIN] (default: 0)",
            valueName: "seconds"))
    var drain: Int?

    @OptionGroup(title: "Model") var modelOptions: ModelOptions
    @OptionGroup(title: "Queue") var queueOptions: QueueOptions
    @OptionGroup(title: "Access and limits") var doorOptions: DoorOptions
    @OptionGroup(title: "Pictures") var imageOptions: ImageOptions
    @OptionGroup(title: "Prompts") var promptOptions: PromptOptions
    @OptionGroup(title: "Chats") var chatOptions: ChatOptions
    @OptionGroup(title: "Log") var logOptions: LogOptions

    func run() async throws {
        limitMallocArenas()
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        let format = try logOptions.install(settings)
        let logger = Logger(label: "vision-server")
        for warning in settings.warnings() { logger.warning("\(warning)") }
        do {
            try await serve(settings, logger)
        } catch {
            throw exit(for: error, format, logger)
        }
    }

    private func serve(_ settings: Settings, _ logger: Logger) async throws {
        let metrics = ServerMetrics.install()
        let drain = try settings.number("drain", drain, in: 0...600) ?? 0
        let model = try await modelOptions.choose(settings).settledOffline(logger: logger)
        let limits = try queueOptions.limits(settings)
        let store = try model.store(logger: logger)
        metrics.describe(model)
        let warnings = ModelWarnings()
        let worker = CaptionWorker(
            maxBatch: limits.maxConcurrent, imageCache: try queueOptions.imageCache(settings),
            availableMemory: { MemoryBudget().available() }
        ) {
            try model.load(store, logger: logger, warnings: warnings)
        }
        let host = ModelHost(
            name: model.name, limits: limits, clock: ContinuousClock(), logger: logger, runner: worker)
        var configuration = try serverConfiguration(settings, model, limits) { metrics.text(store.current) }
        configuration.modelWarnings = { warnings.all }
        try checkPorts(configuration.door)
        warnOfOpenDoor(configuration.door, logger)
        let application = buildApplication(
            configuration: configuration, host: host, store: store, logger: logger)
        do {
            try await runUntilStopped(application, host: host, drain: .seconds(drain), logger: logger)
        } catch {
            throw ListenError(error, configuration: configuration.door) ?? error
        }
    }

    /// Of several ports one that is taken would be told behind the others' news that they serve, and not by its number.
    private func checkPorts(_ door: DoorConfiguration) throws {
        guard door.ports.count > 1 else { return }
        for port in door.ports where port != 0 {
            guard let code = PortProbe.failure(host: door.host, port: port), code != 0 else { continue }
            throw ListenError(errno: code, host: door.host, port: "\(port)")
        }
    }

    private func ports(_ settings: Settings) throws -> [Int] {
        let ports = try settings.numbers("port", ports, in: 0...65535) ?? [54880]
        let wanted = ports.filter { $0 != 0 }
        if let twice = wanted.first(where: { port in wanted.count { $0 == port } > 1 }) {
            throw ValidationError("--port (VISION_SERVER_PORT) is \(twice) twice: each must be another one.")
        }
        return ports
    }

    private func warnOfOpenDoor(_ door: DoorConfiguration, _ logger: Logger) {
        guard door.apiKeys.isEmpty, !HostRule.isLoopback(door.host) else { return }
        logger.warning(
            "Whoever reaches \(door.host):\(door.ports[0]) over the network may use this server, as it has no key: --api-key KEY (VISION_SERVER_API_KEYS) gives it one"
        )
    }

    /// Ends with 64 where starting again cannot help: an option that is not understood, or files that can't be used.
    private func exit(for error: any Error, _ format: LogFormat, _ logger: Logger) -> any Error {
        let isFinal = StartFailure.isFinal(error)
        guard format == .json || isFinal else { return error }
        let reason = VisionServer.message(for: error)
        if format == .json {
            // The reason stands in the log like everything else, and not as a line that is no JSON.
            if !reason.isEmpty { logger.critical("\(reason)") }
        } else {
            StandardError.print("Error: \(reason)")
        }
        return isFinal ? ExitCode(EX_USAGE) : VisionServer.exitCode(for: error)
    }

    private func serverConfiguration(
        _ settings: Settings, _ model: ChosenModel, _ limits: ModelHostLimits,
        metricsText: @escaping @Sendable () -> String
    ) throws -> ServerConfiguration {
        let maxBody = try settings.bytes("max-body", doorOptions.maxBody) ?? 32 << 20
        return ServerConfiguration(
            door: try doorConfiguration(settings),
            modelName: model.name,
            extraPrompts: promptOptions.extraPrompts(settings),
            anyPrompt: try settings.isOn("any-prompt", promptOptions.anyPrompt),
            tasks: try chatOptions.chooser(
                settings, model: model.name, extraPrompts: promptOptions.extraPrompts(settings)),
            // A single chat must always get through, with images of its own and as many bytes of others.
            imageFetcher: try chatOptions.fetcher(settings, upTo: max(limits.maxQueuedBytes, 2 * maxBody)),
            preload: try queueOptions.isPreloading(settings),
            preloadEnds: StartFailure.endsPreload,
            maxBodySize: maxBody,
            // A single body of the size that is allowed must always get through.
            maxReadingSize: max(limits.maxQueuedBytes, maxBody),
            decoder: try imageOptions.decoder(settings),
            decoding: try queueOptions.decoding(
                settings, beside: model.memoryToKeep + queueOptions.imageCache(settings)),
            about: .init(
                version: VisionServer.version, precision: model.precision.rawValue, maxBatch: limits.maxConcurrent,
                maxQueued: limits.maxQueued, maxQueuedBytes: limits.maxQueuedBytes),
            metricsText: metricsText)
    }

    private func doorConfiguration(_ settings: Settings) throws -> DoorConfiguration {
        DoorConfiguration(
            host: settings.text("host", host) ?? "127.0.0.1",
            ports: try ports(settings),
            maxConnections: try settings.number("max-connections", doorOptions.maxConnections, in: 1...100_000) ?? 1024,
            apiKeys: try doorOptions.keys(settings),
            corsOrigins: try doorOptions.origins(settings),
            allowedHosts: try doorOptions.hosts(settings),
            connectionTimeouts: try doorOptions.connectionTimeouts(settings))
    }
}
