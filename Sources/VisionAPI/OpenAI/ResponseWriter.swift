import Foundation
import HTTPDoor
import Hummingbird

/// Writes what `POST /v1/responses` answers: an object, or events with growing numbers.
struct ResponseWriter: ChatWriter {
    private let id = "resp_" + Self.unique()
    private let itemID = "msg_" + Self.unique()
    private let created = Int(Date().timeIntervalSince1970)
    private let model: String
    private let request: ChatRequest
    private var number = 0
    private var text = ""

    init(_ request: ChatRequest, _ models: ServedModel) {
        self.request = request
        model = models.echo(request.model)
    }

    private static func unique() -> String { UUID().uuidString.lowercased().filter { $0 != "-" } }

    func whole(_ outcome: ChatOutcome) throws -> Response {
        try .json(finished(outcome), headers: request.taskHeader)
    }

    var format: StreamFormat {
        let answer = body("failed", [])
        return StreamFormat(
            contentType: ServerSentEvent.contentType, headers: request.streamHeaders,
            probe: ServerSentEvent.probe
        ) { error in
            var answer = answer
            answer.error = .init(code: error.code, message: error.detail)
            // Its number is above all before it.
            let event = Event(type: "response.failed", sequence_number: 1 << 20, response: answer)
            return (try? ServerSentEvent.bytes(event.type, ByteBuffer(json: event))) ?? ByteBuffer()
        }
    }

    mutating func beginning() throws -> ByteBuffer {
        try events([
            Event(type: "response.created", response: body("in_progress", [])),
            Event(type: "response.in_progress", response: body("in_progress", [])),
            Event(type: "response.output_item.added", output_index: 0, item: item("in_progress", content: [])),
            Event(
                type: "response.content_part.added", item_id: itemID, output_index: 0, content_index: 0,
                part: Part(text: "")),
        ])
    }

    mutating func text(_ piece: String) throws -> ByteBuffer {
        text += piece
        return try events([
            Event(
                type: "response.output_text.delta", item_id: itemID, output_index: 0, content_index: 0, delta: piece,
                logprobs: [])
        ])
    }

    mutating func end(_ outcome: ChatOutcome) throws -> ByteBuffer {
        let done = finished(outcome)
        return try events([
            Event(
                type: "response.output_text.done", item_id: itemID, output_index: 0, content_index: 0, text: text,
                logprobs: []),
            Event(
                type: "response.content_part.done", item_id: itemID, output_index: 0, content_index: 0,
                part: Part(text: text)),
            Event(
                type: "response.output_item.done", output_index: 0, item: item(done.status, content: [Part(text: text)])
            ),
            Event(type: "response.\(done.status)", response: done),
        ])
    }

    private mutating func events(_ events: [Event]) throws -> ByteBuffer {
        var piece = ByteBuffer()
        for var event in events {
            event.sequence_number = number
            number += 1
            piece.writeImmutableBuffer(ServerSentEvent.bytes(event.type, try ByteBuffer(json: event)))
        }
        return piece
    }

    private func finished(_ outcome: ChatOutcome) -> Body {
        let status = outcome.isCut ? "incomplete" : "completed"
        var body = body(status, [item(status, content: [Part(text: outcome.text)])])
        body.usage = Usage(
            input_tokens: outcome.inputTokens, output_tokens: outcome.outputTokens,
            total_tokens: outcome.inputTokens + outcome.outputTokens)
        if outcome.isCut { body.incomplete_details = .init(reason: "max_output_tokens") }
        return body
    }

    private func body(_ status: String, _ output: [Item]) -> Body {
        Body(id: id, created_at: created, status: status, model: model, output: output)
    }

    private func item(_ status: String, content: [Part]) -> Item { Item(id: itemID, status: status, content: content) }

    private struct Body: Encodable, Sendable {
        let id: String
        var object = "response"
        let created_at: Int
        let status: String
        let model: String
        let output: [Item]
        var parallel_tool_calls = false
        var tool_choice = "none"
        var tools: [String] = []
        @OrNull var error: Fault? = nil
        @OrNull var incomplete_details: Incomplete? = nil
        @OrNull var instructions: String? = nil
        var metadata: [String: String] = [:]
        var usage: Usage?
    }

    private struct Fault: Encodable, Sendable {
        let code: String
        let message: String
    }

    private struct Incomplete: Encodable, Sendable { let reason: String }

    private struct Usage: Encodable, Sendable {
        let input_tokens: Int
        var input_tokens_details = ["cached_tokens": 0, "cache_write_tokens": 0]
        let output_tokens: Int
        var output_tokens_details = ["reasoning_tokens": 0]
        let total_tokens: Int
    }

    private struct Item: Encodable, Sendable {
        let id: String
        var type = "message"
        var role = "assistant"
        let status: String
        let content: [Part]
    }

    private struct Part: Encodable, Sendable {
        var type = "output_text"
        let text: String
        var annotations: [String] = []
    }

    private struct Event: Encodable, Sendable {
        let type: String
        var sequence_number = 0
        var response: Body?
        var item_id: String?
        var output_index: Int?
        var content_index: Int?
        var item: Item?
        var part: Part?
        var delta: String?
        var text: String?
        var logprobs: [String]?
    }
}
