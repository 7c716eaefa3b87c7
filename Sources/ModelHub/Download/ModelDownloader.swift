import Foundation
public import Logging
public import Serving

/// Brings the files of models from the hub into the cache: those that are needed, each of them whole.
public struct ModelDownloader<C: Clock>: Sendable where C.Duration == Duration {
    let configuration: HubConfiguration
    let clock: C
    let logger: Logger

    /// - Parameter clock: Measures the rate, and the pauses before trying again.
    public init(configuration: HubConfiguration, clock: C, logger: Logger) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    private var retry: Retry<C> { Retry(clock: clock, logger: logger) }

    /// Where the models are.
    public var cache: HubCache { HubCache(folder: configuration.cacheFolder) }

    /// The folder with all files of the model, which come from the hub where the cache lacks any.
    ///
    /// Without the network where the cache is complete. Cancelling the task stops the download; what has arrived is
    /// kept, and the next download goes on there. A file in the cache that is cut off is set aside and fetched again.
    /// - Parameters:
    ///   - damaged: Files that are not to be used as they are, such as `verify` finds.
    ///   - progress: Called a few times a second while bytes come.
    /// - Throws: `ModelHubError`, `CancellationError`.
    public func download(
        _ repository: ModelRepository, damaged: [String] = [],
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws -> String {
        var cached = cache.state(of: repository)
        cached.damaged = Set(cached.damaged + damaged).sorted()
        if let folder = cached.folder, cached.isComplete { return folder }
        if configuration.isOffline { return try offlineFolder(cached, of: repository) }
        if configuration.hasToken && !configuration.isHubPrivate {
            logger.warning("The token is not sent to \(configuration.hubHost): the connection is not encrypted")
        }
        for file in cached.damaged {
            logger.warning("\(file) of \(repository) in the cache is damaged: it is fetched again")
        }
        do {
            return try await fetch(repository, cached, progress)
        } catch ModelHubError.notWritable(let path, let reason) where !cached.damaged.isEmpty {
            throw ModelHubError.damagedForGood(
                files: cached.damaged, repository: repository.id, reason: "\(path): \(reason)")
        } catch {
            guard let folder = cached.folder, cached.isUsable, error is ModelHubError, !Task.isCancelled else {
                throw Task.isCancelled ? CancellationError() : error
            }
            logger.warning("\(error) The model in the cache is used as it is.")
            return folder
        }
    }

    /// The commit that is there is completed or mended: a newer one has other weights. Where the hub has forgotten that
    /// one, and it cannot be used, it is the one that the revision means now.
    private func fetch(
        _ repository: ModelRepository, _ cached: CachedSnapshot,
        _ progress: @escaping @Sendable (DownloadProgress) -> Void
    ) async throws -> String {
        guard cached.missing.isEmpty, let commit = cached.commit, !repository.isPinned else {
            return try await fetchListed(repository, cached, progress)
        }
        do {
            return try await fetchListed(repository.pinned(to: commit), cached, progress)
        } catch ModelHubError.revisionNotFound where !cached.isUsable {
            return try await fetchListed(repository, cached, progress)
        }
    }

    private func fetchListed(
        _ repository: ModelRepository, _ cached: CachedSnapshot,
        _ progress: @escaping @Sendable (DownloadProgress) -> Void
    ) async throws -> String {
        let hub = HubClient(configuration: configuration, repository: repository)
        do {
            let listing = try await listing(hub, cached, progress)
            let folder = try await fetch(listing, from: hub, damaged: Set(cached.damaged), progress: progress)
            await hub.shutdown()
            return folder
        } catch {
            await hub.shutdown()
            throw error
        }
    }

    private func offlineFolder(_ cached: CachedSnapshot, of repository: ModelRepository) throws -> String {
        guard let folder = cached.folder, cached.mayBeUsable else {
            throw ModelHubError.offline(repository: repository.id, missing: cached.lacking)
        }
        if !cached.unsure.isEmpty {
            logger.warning("The cache may lack \(cached.unsure.joined(separator: ", ")) of \(repository)")
        }
        for file in cached.damaged { logger.warning("\(file) of \(repository) in the cache looks damaged") }
        return folder
    }

    private func listing(
        _ hub: HubClient, _ cached: CachedSnapshot, _ progress: @Sendable (DownloadProgress) -> Void
    ) async throws -> RepositoryListing {
        do {
            return try await retry {
                try await hub.listing()
            } onFailure: {
                progress(DownloadProgress(trouble: "\($0.host): \($0.reason)."))
            }
        } catch ModelHubError.gaveUp(let host, let reason, _) {
            throw ModelHubError.unreachable(
                repository: hub.repository.id, missing: cached.lacking, host: host, reason: reason)
        }
    }

    private func fetch(
        _ listing: RepositoryListing, from hub: HubClient, damaged: Set<String>,
        progress: @escaping @Sendable (DownloadProgress) -> Void
    ) async throws -> String {
        let repository = hub.repository
        let needed = try NeededFiles(among: listing.names, of: repository)
        let writer = try SnapshotWriter(paths: cache.paths(of: repository), commit: listing.commit)
        let meter = ProgressMeter(clock: clock, report: progress)
        let fetcher = SnapshotFetcher(
            hub: hub, writer: writer, clock: clock, meter: meter, logger: logger, damaged: damaged)

        let small = try await files(needed.small, listing, hub)
        for file in small { try await fetcher.fetch(file) }
        try checkConfiguration(writer.folder, repository)

        let names = needed.isSharded ? try shards(writer.folder, listing, repository) : [NeededFiles.weights]
        let weights = try await files(names, listing, hub)
        meter.total = saturatingSum((small + weights).map(\.size))
        meter.tellNow()
        try fetcher.checkSpace(for: weights)
        for file in weights { try await fetcher.fetch(file) }

        try writer.noteAbsent(NeededFiles.settings.filter { !listing.names.contains($0) })
        try writer.finish(revision: repository.revision)
        meter.tellNow()
        return writer.folder
    }

    /// The weights are not worth fetching where the small files say that they are another model's.
    private func checkConfiguration(_ folder: String, _ repository: ModelRepository) throws {
        let json = FileManager.default.contents(atPath: "\(folder)/\(NeededFiles.configuration)") ?? Data()
        if let reason = NeededFiles.fault(ofConfiguration: json) {
            throw ModelHubError.notFlorence2(repository: repository.id, reason: reason)
        }
    }

    private func shards(
        _ folder: String, _ listing: RepositoryListing, _ repository: ModelRepository
    ) throws -> [String] {
        let json = FileManager.default.contents(atPath: "\(folder)/\(NeededFiles.index)") ?? Data()
        let names: [String]
        do {
            names = try NeededFiles.shards(index: json)
        } catch {
            throw ModelHubError.notFlorence2(
                repository: repository.id, reason: "its \(NeededFiles.index) cannot be used: \(error.reason)")
        }
        for name in names where !listing.names.contains(name) {
            throw ModelHubError.missingFile(name, repository: repository.id)
        }
        return names
    }

    /// What is known about the files, with the hub's headers where the listing does not tell.
    private func files(
        _ names: [String], _ listing: RepositoryListing, _ hub: HubClient
    ) async throws -> [KnownFile] {
        var files: [KnownFile] = []
        for name in names {
            var file = listing.file(name)
            if KnownFile(file) == nil {
                file = try await retry { [file] in try await hub.details(of: file, commit: listing.commit) }
            }
            guard let known = KnownFile(file) else {
                throw ModelHubError.badAnswer(
                    host: hub.configuration.hubHost, reason: "it tells neither size nor hash of \(name)")
            }
            files.append(known)
        }
        return files
    }
}

extension ModelDownloader where C == ContinuousClock {
    /// A downloader that goes by the real time.
    public init(configuration: HubConfiguration, logger: Logger) {
        self.init(configuration: configuration, clock: ContinuousClock(), logger: logger)
    }
}
