import ArgumentParser
import Captioning
import Florence2
import Foundation
import Logging
import ModelHub
import Serving
import Synchronization
import Tensors

/// The model that the options name, and how it is to run.
struct ChosenModel: Sendable {
    let source: ModelSource
    let precision: Precision
    let threads: Int
    let instructionSet: InstructionSet

    /// What `GET /model` answers: of a directory its last component only.
    var name: String {
        switch source {
        case .files(let files), .cached(let files, _, _): files.name
        case .hub(let repository, _): repository.id
        }
    }

    /// Bytes that the model takes once it is loaded; `nil` where its files are not there to tell.
    var memoryNeeded: Int? { source.files.flatMap { try? $0.memoryNeeded(precision) } }

    /// Bytes to keep free for the model; of one that is still to be downloaded, what the large shape takes.
    var memoryToKeep: Int {
        if let memoryNeeded { return memoryNeeded }
        switch precision {
        case .fp32: return 3_600_000_000
        case .bf16: return 2_200_000_000
        case .int8: return 1_500_000_000
        }
    }

    /// Whether files have to be fetched.
    var needsHub: Bool { if case .hub = source { true } else { false } }

    /// Bytes that have to be fetched, as the hub tells; 0 where all is there, `nil` where nobody knows.
    func bytesToFetch() async -> Int? {
        guard case .hub(let repository, let hub) = source else { return 0 }
        return await HubProbe.size(of: repository, hub)
    }

    /// The model's files for a server: there, or fetched when somebody asks.
    func store(logger: Logger) throws -> CaptionService.Store {
        switch source {
        case .files(let files):
            return ModelStore(name: name, assets: try ModelAssets(files: files), clock: ContinuousClock())
        case .cached(let files, let repository, let hub):
            return ModelStore(
                name: name, assets: try ModelAssets(files: files), clock: ContinuousClock(),
                isTemporary: Self.isTemporary, fetch: fetch(repository, hub, logger))
        case .hub(let repository, let hub):
            return ModelStore(
                name: name, clock: ContinuousClock(), isTemporary: Self.isTemporary,
                fetch: fetch(repository, hub, logger))
        }
    }

    @Sendable private static func isTemporary(_ error: any Error) -> Bool {
        (error as? ModelHubError)?.isTemporary ?? false
    }

    private func fetch(
        _ repository: ModelRepository, _ hub: HubConfiguration, _ logger: Logger
    ) -> CaptionService.Store.Fetch {
        let downloader = ModelDownloader(configuration: hub, logger: logger)
        return { report in
            do {
                let folder = try await downloader.download(repository, progress: report)
                return try ModelAssets(files: .directory(folder, name: repository.id))
            } catch let error where !(error is CancellationError) {
                logger.error("The model \(repository.id) could not be downloaded. \(error)")
                throw error
            }
        }
    }

    /// Where the network must not be used, the model with its files in the cache, which nothing else can bring.
    ///
    /// - Throws: `ModelHubError.offline`, which says what the cache lacks.
    func settledOffline(logger: Logger) async throws -> ChosenModel {
        guard case .hub(let repository, let hub) = source, hub.isOffline else { return self }
        let folder = try await ModelDownloader(configuration: hub, logger: logger).download(repository)
        return ChosenModel(
            source: .cached(try .directory(folder, name: repository.id), repository, hub), precision: precision,
            threads: threads, instructionSet: instructionSet)
    }

    /// The model in memory, of files that are there. Where one has gone from the cache or is damaged now, its fetching is
    /// begun, and who asks is told so.
    func load(_ store: CaptionService.Store, logger: Logger, warnings: ModelWarnings) throws -> Captioner<CPUEngine> {
        do {
            let captioner = try load(try store.require().files)
            warnings.replace(by: captioner.warnings)
            for warning in captioner.warnings { logger.warning("\(warning)") }
            return captioner
        } catch let error where StartFailure.isOfFiles(error) {
            logger.warning("\(error)")
            store.invalidate()
            _ = try store.require()
            throw error
        }
    }

    /// The model's files for a command, which waits until they are there.
    func files() throws -> ModelFiles {
        switch source {
        case .files(let files), .cached(let files, _, _): return files
        case .hub(let repository, let hub):
            let logger = Logger(label: "vision-server")
            let display = DownloadDisplay("Downloading", repository.id, logger: logger)
            defer { display.end() }
            let downloader = ModelDownloader(configuration: hub, logger: logger)
            let folder = try waitFor { try await downloader.download(repository) { display.show($0) } }
            return try .directory(folder, name: repository.id)
        }
    }

    /// - Throws: `MemoryShortage` before anything is read if it would not fit.
    func load(_ files: ModelFiles) throws -> Captioner<CPUEngine> {
        try MemoryBudget().require(try files.memoryNeeded(precision))
        return try Captioner(files, threads: threads, instructionSet: instructionSet, precision: precision)
    }
}

/// Waits on this thread, which must be none of the cooperative pool's, for work that is asynchronous.
private func waitFor<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) throws -> R {
    let result = WaitedResult<R>()
    let isDone = DispatchSemaphore(value: 0)
    Task {
        do {
            result.value = .success(try await work())
        } catch {
            result.value = .failure(error)
        }
        isDone.signal()
    }
    isDone.wait()
    guard let value = result.value else { throw CancellationError() }
    return try value.get()
}

/// `@unchecked`: written before the semaphore is signalled, read after.
private final class WaitedResult<R: Sendable>: @unchecked Sendable {
    var value: Result<R, any Error>?
}

/// What the model that was loaded last has to be told of; kept when it leaves memory.
final class ModelWarnings: Sendable {
    private let sentences = Mutex<[String]>([])

    var all: [String] { sentences.withLock { $0 } }

    func replace(by new: [String]) { sentences.withLock { $0 = new } }
}
