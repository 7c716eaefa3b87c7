import Captioning
import Foundation
import HTTPDoor
import HTTPTypes
import Hummingbird
import JSONScanning
import Serving

/// What clients of Ollama ask for (https://github.com/ollama/ollama/blob/main/docs/api.md): captions by `generate` and
/// `chat`, lists, and the model's coming and going.
struct OllamaDialect: Sendable {
    let route: ChatRoute
    let chat: ChatParser
    let models: ServedModel
    let host: CaptionService.Host
    let store: CaptionService.Store

    /// A version of Ollama that has what this server has.
    private static var version: String { "0.13.0" }
    private static var maxBodySize: Int { 64 << 10 }

    var dialect: Dialect {
        Dialect(
            prefix: "api", errorFormat: .ollama,
            // Some clients put the whole path behind an address that has some of it.
            routes: ["api/", "api/api/"].flatMap { base in
                [
                    Route(.get, base + "version") { _, _ in try .json(["version": Self.version]) },
                    Route(.get, base + "tags") { _, _ in try .json(["models": entries()]) },
                    Route(.get, base + "ps") { _, _ in try .json(["models": await running()]) },
                    Route(.post, base + "show", use: show),
                    Route(.post, base + "pull", use: pull),
                    Route(.post, base + "generate") { try await answer($0, $1, .generate) },
                    Route(.post, base + "chat") { try await answer($0, $1, .chat) },
                ]
            })
    }

    private func answer(_ request: Request, _ context: DoorContext, _ kind: OllamaKind) async throws -> Response {
        let parser = OllamaParser(chat: chat, kind: kind)
        return try await route.answer(request, context) { text in
            switch try parser.parse(text) {
            case .caption(let request): .chat(request)
            case .load(let keepAlive, let model): .instead { try await load(keepAlive, model, kind) }
            case .unload(let model): .instead { try await unload(model, kind) }
            }
        } writer: {
            OllamaWriter($0, models, kind)
        }
    }

    private func load(_ keepAlive: KeepAlive?, _ model: String?, _ kind: OllamaKind) async throws -> Response {
        _ = try store.require()
        await host.withdrawUnload()
        try await host.ensureLoaded(keepAlive: keepAlive)
        return try .json(OllamaAnswer(kind, model: models.echo(model), doneReason: "load"))
    }

    private func unload(_ model: String?, _ kind: OllamaKind) async throws -> Response {
        _ = await host.unload()
        return try .json(OllamaAnswer(kind, model: models.echo(model), doneReason: "unload"))
    }

    // MARK: Lists

    private func entries() -> [OllamaEntry] {
        let facts = models.facts()
        return models.names.map { OllamaEntry(name: tagged($0), facts, precision: models.precision) }
    }

    /// Clients compare with names that have a tag.
    private func tagged(_ name: String) -> String { name.contains(":") ? name : name + ":latest" }

    private func running() async -> [OllamaEntry] {
        let status = await host.status
        guard [.idle, .busy].contains(status.state) else { return [] }
        var entry = OllamaEntry(name: tagged(models.id), models.facts(), precision: models.precision)
        let distantFuture = Date(timeIntervalSince1970: 11_000_000_000)
        let isLeaving = status.state == .busy || status.unloadsIn != nil
        let left = status.unloadsIn ?? .seconds(300)
        entry.expires_at = (isLeaving ? Date(timeIntervalSinceNow: left / .seconds(1)) : distantFuture).timestamp
        entry.size_vram = 0
        entry.context_length = 1024
        return [entry]
    }

    @Sendable private func show(_ request: Request, context: DoorContext) async throws -> Response {
        let name = try await Self.name(in: request).model
        guard models.lists(name) else { throw ChatError.unknownModel(name) }
        let facts = models.facts()
        return try .json(OllamaCard(OllamaEntry(name: tagged(name), facts, precision: models.precision), facts))
    }

    // MARK: Pull

    /// Fetches what is served where it is not there; any other model is none of this server's.
    @Sendable private func pull(_ request: Request, context: DoorContext) async throws -> Response {
        let (name, isStreamed) = try await Self.name(in: request)
        guard models.lists(name) else { throw ChatError.unknownModel(name) }
        guard isStreamed else {
            return try await context.cancelledOnDisconnect {
                _ = try await store.wait()
                return try .json(PullLine(status: "success"))
            }
        }
        return try await context.streaming(.ollama(probe: #"{"status":"pulling manifest"}"#)) { stream in
            stream.write(try line(PullLine(status: "pulling manifest")))
            try await tellProgress(stream)
            stream.write(try line(PullLine(status: "success")))
        }
    }

    /// Writes how far the fetching is, whenever that changes, until it ends.
    private func tellProgress(_ stream: AnswerStream) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await store.wait() }
            group.addTask {
                for await case .fetching(let progress) in store.changes() {
                    stream.write(try line(PullLine(models, progress)))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func line(_ value: some Encodable) throws -> ByteBuffer { try ByteBuffer(line: value) }

    private static func name(in request: Request) async throws -> (model: String, isStreamed: Bool) {
        let body = try await request.shortBody(limit: maxBodySize)
        return try JSONBody(Data(body.readableBytesView)).withText { text in
            let fields = try RequestFields(UnsafeRawBufferPointer(text), named: ["model", "name", "stream"])
            let name = fields["model"]?.string ?? fields["name"]?.string ?? ""
            return (name, fields["stream"]?.bool ?? true)
        }
    }

    private struct PullLine: Encodable {
        let status: String
        var digest: String?
        var total: Int?
        var completed: Int?

        init(status: String) { self.status = status }

        init(_ models: ServedModel, _ progress: DownloadProgress) {
            status = "pulling \(models.id)"
            digest = "sha256:" + models.facts().digest
            total = progress.bytesTotal
            completed = progress.bytesDone
        }
    }
}

extension ErrorFormat {
    /// `{"error": "..."}`
    static let ollama = ErrorFormat(
        contentType: "application/json; charset=utf-8",
        unknownPathHint: "Try GET /api/tags, POST /api/chat or POST /api/generate."
    ) { answer, _ in
        var answer = answer
        // Of other statuses some clients never show the sentence.
        if answer.status == .unprocessableContent { answer.status = .badRequest }
        return answer
    } body: { answer in
        (try? ByteBuffer(json: ["error": answer.detail])) ?? ByteBuffer()
    }
}

extension StreamFormat {
    /// Lines of JSON. One that fails ends with its error, and breaks: some clients pass over the error.
    static func ollama(probe: String, headers: HTTPFields = [:]) -> StreamFormat {
        StreamFormat(
            contentType: "application/x-ndjson", headers: headers, probe: probe + "\n", endsTidily: false,
            // One client takes what it reads at once for one object.
            gap: .milliseconds(2)
        ) { answer in
            (try? ByteBuffer(line: ["error": answer.detail])) ?? ByteBuffer()
        }
    }
}

extension ByteBuffer {
    /// `value` in JSON, and the end of the line.
    init(line value: some Encodable) throws {
        try self.init(json: value)
        writeString("\n")
    }
}

extension Date {
    /// RFC 3339 with fractions of a second.
    var timestamp: String {
        formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
