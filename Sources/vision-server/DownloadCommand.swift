import ArgumentParser
import Foundation
import Logging
import ModelHub

/// Fetches a model's files, so that the server need not.
struct DownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Fetch a model from the Hugging Face hub into the cache and print its folder.",
        discussion: """
            What is complete in the cache is used as it is, without the network; an interrupted download goes on where \
            it stopped. Variables: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HTTPS_PROXY, NO_PROXY.
            """)

    @Argument(help: "The model: owner/name, or large or base for the two PromptGen v2.0 models.")
    var name: String

    @Option(help: "A branch, a tag, or a commit in full.")
    var revision = "main"

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "vision-server")
        if isatty(STDERR_FILENO) == 1 { logger.logLevel = .warning }
        let repository = try ModelRepository(name, revision: revision)
        let hub = try HubConfiguration(environment: ProcessInfo.processInfo.environment)
        let display = DownloadDisplay(name: repository.id, logger: logger)
        let downloader = ModelDownloader(configuration: hub, logger: logger)
        if let folder = downloader.cache.snapshot(of: repository) { return try StandardOutput.print(folder) }
        let folder: String
        do {
            folder = try await downloader.download(repository) { display.show($0) }
            display.end()
        } catch {
            display.end()
            throw error
        }
        try StandardOutput.print(folder)
    }
}
