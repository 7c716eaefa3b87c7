import Foundation
import HTTPDoor
import Hummingbird

/// Writes what `POST /v1/chat/completions` answers.
struct CompletionWriter: ChatWriter {
    private let id = "chatcmpl-" + UUID().uuidString.lowercased().filter { $0 != "-" }
    private let created = Int(Date().timeIntervalSince1970)
    private let model: String
    private let request: ChatRequest

    init(_ request: ChatRequest, _ models: ServedModel) {
        self.request = request
        model = models.echo(request.model)
    }

    func whole(_ outcome: ChatOutcome) throws -> Response {
        let choice = Completion.Choice(
            message: .init(content: outcome.text), finish_reason: outcome.isCut ? "length" : "stop")
        return try .json(
            Completion(id: id, created: created, model: model, choices: [choice], usage: Usage(outcome)),
            headers: request.taskHeader)
    }

    var format: StreamFormat {
        // A chunk that ends in a word that nobody knows: .NET's client does not look at errors in a stream.
        let end = chunk(.init(), reason: "error")
        return StreamFormat(
            contentType: ServerSentEvent.contentType, headers: request.streamHeaders,
            probe: ServerSentEvent.probe
        ) { answer in
            var piece = (try? ServerSentEvent.bytes(nil, ByteBuffer(json: OpenAIError(answer)))) ?? ByteBuffer()
            if let end = try? ServerSentEvent.bytes(nil, ByteBuffer(json: end)) { piece.writeImmutableBuffer(end) }
            piece.writeImmutableBuffer(Self.done)
            return piece
        }
    }

    func beginning() throws -> ByteBuffer { try event(chunk(.init(role: "assistant", content: ""))) }

    func text(_ piece: String) throws -> ByteBuffer { try event(chunk(.init(content: piece))) }

    func end(_ outcome: ChatOutcome) throws -> ByteBuffer {
        var piece = try event(chunk(.init(), reason: outcome.isCut ? "length" : "stop"))
        if request.tellsUsage {
            piece.writeImmutableBuffer(
                try event(Chunk(id: id, created: created, model: model, choices: [], usage: Usage(outcome))))
        }
        piece.writeImmutableBuffer(Self.done)
        return piece
    }

    private static let done = ServerSentEvent.bytes(nil, ByteBuffer(string: "[DONE]"))

    private func chunk(_ delta: Chunk.Delta, reason: String? = nil) -> Chunk {
        Chunk(
            id: id, created: created, model: model, choices: [.init(delta: delta, finish_reason: reason)], usage: nil)
    }

    private func event(_ chunk: Chunk) throws -> ByteBuffer { ServerSentEvent.bytes(nil, try ByteBuffer(json: chunk)) }

    private struct Completion: Encodable {
        let id: String
        var object = "chat.completion"
        let created: Int
        let model: String
        let choices: [Choice]
        let usage: Usage
        @OrNull var system_fingerprint: String? = nil

        struct Choice: Encodable {
            var index = 0
            let message: Message
            let finish_reason: String
            @OrNull var logprobs: String? = nil
        }

        struct Message: Encodable {
            var role = "assistant"
            let content: String
            @OrNull var refusal: String? = nil
        }
    }

    private struct Chunk: Encodable, Sendable {
        let id: String
        var object = "chat.completion.chunk"
        let created: Int
        let model: String
        let choices: [Choice]
        let usage: Usage?

        struct Choice: Encodable, Sendable {
            var index = 0
            let delta: Delta
            @OrNull var finish_reason: String? = nil
        }

        struct Delta: Encodable, Sendable {
            var role: String?
            var content: String?
        }
    }

    private struct Usage: Encodable, Sendable {
        let prompt_tokens: Int
        let completion_tokens: Int
        let total_tokens: Int

        init(_ outcome: ChatOutcome) {
            prompt_tokens = outcome.inputTokens
            completion_tokens = outcome.outputTokens
            total_tokens = outcome.inputTokens + outcome.outputTokens
        }
    }
}
