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
            it stopped; a file that is cut off is fetched again. Variables: HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HTTPS_PROXY, NO_PROXY.
            """)

    @Argument(help: "Model: owner/name, or large or base for PromptGen v2.0; @REV may follow.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "Branch, tag, full commit or refs/pr/20. [env: VISION_SERVER_REVISION] (default: main)",
            valueName: "rev"))
    var revision: String?

    @Flag(help: "Hash all cached files of the model, and fetch damaged ones again.")
    var verify = false

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "vision-server")
        if isatty(STDERR_FILENO) == 1 { logger.logLevel = .warning }
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        if ModelSource.isDemo(name) {
            return StandardError.print(
                "The demo model is built in: there is nothing to download. --model demo uses it.")
        }
        let repository = try repository(settings)
        let hub = try HubConfiguration(environment: settings.environment)
        let downloader = ModelDownloader(configuration: hub, logger: logger)
        let damaged = verify ? try damagedFiles(downloader, repository, logger) : []
        if damaged.isEmpty, let folder = downloader.cache.snapshot(of: repository) {
            return try StandardOutput.print(folder)
        }
        let display = DownloadDisplay("Downloading", repository.id, logger: logger)
        let folder: String
        do {
            defer { display.end() }
            folder = try await downloader.download(repository, damaged: damaged) { display.show($0) }
        }
        try StandardOutput.print(folder)
    }

    private func repository(_ settings: Settings) throws -> ModelRepository {
        do {
            return try ModelRepository(name, revision: settings.text("revision", revision))
        } catch {
            throw ValidationError("\(error)\(ModelSource.hint(for: name))")
        }
    }

    private func damagedFiles(
        _ downloader: ModelDownloader<ContinuousClock>, _ repository: ModelRepository, _ logger: Logger
    ) throws -> [String] {
        let display = DownloadDisplay("Checking", repository.id, logger: logger)
        let found: CacheVerification
        do {
            defer { display.end() }
            found = try downloader.verify(repository) { display.show($0) }
        }
        for file in found.damagedAndUnused {
            StandardError.print("\(file) is damaged, but this server does not use it.")
        }
        for file in found.unknown { StandardError.print("\(file) is no link to a blob, so its hash is not known.") }
        let count = found.sound.count
        let isEmpty = [found.sound, found.damaged, found.damagedAndUnused, found.unknown].allSatisfy(\.isEmpty)
        StandardError.print(
            isEmpty
                ? "The cache has no file of \(repository): there is nothing to check."
                : "\(count) \(count == 1 ? "file is" : "files are") as the hub has \(count == 1 ? "it" : "them").")
        return found.damaged
    }
}
