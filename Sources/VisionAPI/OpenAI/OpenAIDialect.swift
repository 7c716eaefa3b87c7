import Foundation
import HTTPDoor
import HTTPTypes
import Hummingbird
import Serving
import VisionAPITypes

/// What clients of OpenAI's API ask for: chat completions, responses, and the list of models.
///
/// https://platform.openai.com/docs/api-reference. Every route is there without `/v1`, and with it twice, as people type
/// addresses.
struct OpenAIDialect: Sendable {
    let route: ChatRoute
    let chat: ChatParser
    let models: ServedModel

    var dialect: Dialect {
        Dialect(
            prefix: "v1", errorFormat: .openAI, exposedHeaders: [.task],
            routes: ["v1/", "", "v1/v1/"].flatMap { base in
                [
                    Route(.post, base + "chat/completions", use: complete),
                    Route(.post, base + "responses", use: respond),
                    Route(.get, base + "models", use: list),
                    Route(.get, base + "models/**", use: model),
                ]
            })
    }

    @Sendable private func complete(_ request: Request, context: DoorContext) async throws -> Response {
        let parser = CompletionParser(chat: chat)
        return try await route.answer(request, context) {
            .chat(try parser.parse($0))
        } writer: {
            CompletionWriter($0, models)
        }
    }

    @Sendable private func respond(_ request: Request, context: DoorContext) async throws -> Response {
        let parser = ResponseParser(chat: chat)
        return try await route.answer(request, context) {
            .chat(try parser.parse($0))
        } writer: {
            ResponseWriter($0, models)
        }
    }

    @Sendable private func list(_ request: Request, context: DoorContext) throws -> Response {
        let created = Int(models.facts().date.timeIntervalSince1970)
        return try .json(ModelList(data: models.names.map { ModelEntry(id: $0, created: created) }))
    }

    @Sendable private func model(_ request: Request, context: DoorContext) throws -> Response {
        let path = request.uri.path
        let name = path.range(of: "models/").map { String(path[$0.upperBound...]) } ?? ""
        let id = (name.removingPercentEncoding ?? name).trimmingCharacters(in: ["/"])
        guard models.lists(id) else { throw ChatError.unknownModel(id) }
        return try .json(ModelEntry(id: id, created: Int(models.facts().date.timeIntervalSince1970)))
    }

    private struct ModelList: Encodable {
        var object = "list"
        let data: [ModelEntry]
    }

    private struct ModelEntry: Encodable {
        let id: String
        var object = "model"
        let created: Int
        var owned_by = "florence2-visionapi"
    }
}

extension ErrorFormat {
    /// `{"error": {"message": "...", "type": "...", "param": null, "code": "..."}}`
    ///
    /// A full server is told as 429 here, which these clients wait for; a proxy in front takes the request elsewhere on
    /// 503 only, so it gets that.
    static let openAI = ErrorFormat(
        contentType: "application/json",
        unknownPathHint: "Try GET /v1/models, POST /v1/chat/completions or POST /v1/responses.",
        adapted: { answer, request in
            var answer = answer
            // What is wrong with a request does not go by being sent again, as some clients do on 422.
            if answer.status == .unprocessableContent { answer.status = .badRequest }
            guard [ErrorCode.queueFull.rawValue, ErrorCode.waitedTooLong.rawValue].contains(answer.code) else {
                return answer
            }
            if request[.balanced] != nil {
                answer.headers[.busy] = "1"
            } else {
                answer.status = .tooManyRequests
            }
            return answer
        }, body: { (try? ByteBuffer(json: OpenAIError($0))) ?? ByteBuffer() })
}

/// An error as OpenAI's clients read it.
struct OpenAIError: Encodable {
    private let error: Fault

    private struct Fault: Encodable {
        let message: String
        let type: String
        @OrNull var param: String? = nil
        let code: String
    }

    init(_ answer: ErrorAnswer) {
        let type =
            switch answer.status.code {
            case 401: "authentication_error"
            case 403: "permission_error"
            case 404: "not_found_error"
            case 429: "rate_limit_error"
            case 500...: "server_error"
            default: "invalid_request_error"
            }
        error = Fault(message: answer.detail, type: type, code: answer.code)
    }
}

extension HTTPField.Name {
    /// Set by a proxy that takes a request elsewhere when this server is full.
    static let balanced = HTTPField.Name("x-balanced") ?? .via
    /// Set on the 503 of a full server that is told to such a proxy.
    static let busy = HTTPField.Name("x-busy") ?? .via
    /// The tasks that ran.
    static let task = HTTPField.Name("x-florence-task") ?? .via
}
