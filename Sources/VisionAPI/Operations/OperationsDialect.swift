import Captioning
import Florence2
import Foundation
import HTTPDoor
import HTTPTypes
import Hummingbird
import Serving
import VisionAPITypes

/// What operators and their machines ask: whether the service lives, what it is doing, and the model's coming and going.
struct OperationsDialect: Sendable {
    let host: CaptionService.Host
    let store: CaptionService.Store
    let configuration: ServerConfiguration

    /// The description of the service for programs, OpenAPI 3.1.
    private static var openAPI: String { String(decoding: PackageResources.openapi_json, as: UTF8.self) }

    /// These routes take a line of JSON at the most.
    private static var maxBodySize: Int { 64 << 10 }

    var dialect: Dialect {
        Dialect(
            errorFormat: .detailAndCode,
            routes: [
                // Load balancers and supervisors ask these two: no key, no names.
                Route(.get, "health", isOpen: true, isProbe: true) { _, _ in try .json(HealthBody()) },
                Route(.get, "ready", isOpen: true, isProbe: true) { _, _ in try await ready() },
                Route(.get, "status") { request, context in
                    // The page asks while it is open.
                    if request.uri.queryParameters["poll"] == "1" { context.notes.notePoll() }
                    return try .json(await status())
                },
                Route(.get, "tasks", use: TasksRoute(chooser: configuration.tasks).tasks),
                Route(.post, "load", use: load),
                Route(.post, "unload", use: unload),
                Route(.get, "openapi.json") { _, _ in .text(Self.openAPI, contentType: "application/json") },
                Route(.get, "metrics", isProbe: true) { _, _ in
                    .text(configuration.metricsText(), contentType: "text/plain; version=0.0.4; charset=utf-8")
                },
            ])
    }

    private func ready() async throws -> Response {
        if let refusal = Readiness(await host.status, store).refusal { throw refusal }
        return try .json(HealthBody(status: "ready"))
    }

    /// Loads the model, and answers when it is there.
    @Sendable private func load(_ request: Request, context: DoorContext) async throws -> Response {
        try await context.cancelledOnDisconnect {
            let body = try await request.shortBody(limit: Self.maxBodySize)
            let keepAlive = try Self.keepAlive(Data(body.readableBytesView))
            _ = try store.require()
            await host.withdrawUnload()
            try await host.ensureLoaded(keepAlive: keepAlive)
            return try .json(LoadBody(state: await host.status.state.rawValue))
        }
    }

    /// No body at all asks for nothing special.
    private static func keepAlive(_ body: Data) throws -> KeepAlive? {
        if body.isEmpty { return nil }
        return try JSONBody(body).withText { text in
            let field = LoadRequest.CodingKeys.keepAlive.rawValue
            return try RequestFields(UnsafeRawBufferPointer(text), named: [field]).keepAlive(field)
        }
    }

    /// 202: the model is needed, and goes when it is not any more.
    @Sendable private func unload(_ request: Request, context: DoorContext) async throws -> Response {
        // What is not read would be looked at after the answer, and a broken rest would get a second one.
        _ = try await request.shortBody(limit: Self.maxBodySize)
        let isGone = await host.unload()
        return try .json(LoadBody(state: await host.status.state.rawValue), status: isGone ? .ok : .accepted)
    }

    private func status() async -> StatusBody {
        let images = host.runner.images
        let host = await host.status
        let counters = host.counters
        return StatusBody(
            version: configuration.about.version, model: configuration.modelName, state: state(host),
            failure: failure(host), stopping: host.isStopping,
            unloadsInSeconds: host.unloadsIn.map { ($0 / .milliseconds(1)).rounded() / 1000 },
            precision: configuration.about.precision,
            queue: .init(
                running: host.running, maxBatch: configuration.about.maxBatch, waiting: host.waiting,
                waitingBytes: host.waitingBytes,
                maxQueued: configuration.about.maxQueued, maxQueuedBytes: configuration.about.maxQueuedBytes),
            memory: .init(residentBytes: ProcessMemory().resident(), imageCacheBytes: images.byteCount),
            download: download,
            counters: .init(
                accepted: counters.accepted, answered: counters.answered, failed: counters.failed,
                invalid: counters.invalid, cancelled: counters.cancelled, refused: counters.refused,
                loads: counters.loads, failedLoads: counters.failedLoads + store.failureCount,
                unloads: counters.unloads),
            prompts: TaskPrompt.allPrompts + configuration.extraPrompts, warnings: configuration.modelWarnings())
    }

    private func state(_ host: ModelHostStatus) -> String {
        switch store.current {
        case .fetching(let progress): progress.trouble == nil ? "downloading" : "failed"
        case .failed: "failed"
        case .absent, .present: host.hasFailed ? "failed" : host.state.rawValue
        }
    }

    /// Why the state is `failed`.
    private func failure(_ host: ModelHostStatus) -> String? { store.trouble ?? host.failure }

    private var download: StatusBody.Download? {
        guard case .fetching(let progress) = store.current, progress.trouble == nil else { return nil }
        return .init(
            bytesDone: progress.bytesDone, bytesTotal: progress.bytesTotal, secondsLeft: progress.secondsLeft)
    }
}
