import ArgumentParser
import Florence2
import Foundation
import Logging
import Serving
import VisionAPI

/// Serves the HTTP interface until it is stopped.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve captions over HTTP (the default).",
        discussion: "The model is loaded at the first request. Ctrl-C stops the server when running requests are done.")

    @Option(help: "Address to listen to. [env: VISION_SERVER_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen to; 0 picks a free one. [env: VISION_SERVER_PORT] (default: 54880)")
    var port: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds without a request after which the model leaves memory; 0: at once, -1: never. "
                + "[env: VISION_SERVER_UNLOAD_AFTER] (default: 300)",
            valueName: "seconds"))
    var unloadAfter: Int?

    @OptionGroup(title: "Model") var modelOptions: ModelOptions
    @OptionGroup(title: "Prompts") var promptOptions: PromptOptions

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "vision-server")
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        let model = try modelOptions.choose(settings)
        let configuration = try serverConfiguration(settings, modelName: model.files.name)
        let host = ModelHost(
            name: model.files.name, configuration: try hostConfiguration(settings), clock: ContinuousClock(),
            logger: logger
        ) {
            let captioner = try model.load()
            for warning in captioner.warnings { logger.warning("\(warning)") }
            return captioner
        }
        let application = buildApplication(
            configuration: configuration, host: host, processor: try model.files.imageProcessor(), logger: logger)
        do {
            try await runUntilStopped(application, logger: logger)
        } catch {
            throw ListenError(error, configuration: configuration) ?? error
        }
    }

    private func serverConfiguration(_ settings: Settings, modelName: String) throws -> ServerConfiguration {
        ServerConfiguration(
            host: settings.text("host", host) ?? "127.0.0.1",
            port: try settings.number("port", port, in: 0...65535) ?? 54880,
            modelName: modelName,
            extraPrompts: promptOptions.extraPrompts(settings),
            anyPrompt: try settings.isOn("any-prompt", promptOptions.anyPrompt))
    }

    private func hostConfiguration(_ settings: Settings) throws -> ModelHostConfiguration {
        let seconds = try settings.number("unload-after", unloadAfter, in: -1...(1 << 31)) ?? 300
        return ModelHostConfiguration(idleTimeout: seconds < 0 ? nil : .seconds(seconds))
    }
}
