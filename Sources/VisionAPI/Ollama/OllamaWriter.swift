import Foundation
import HTTPDoor
import Hummingbird

/// Writes what `/api/generate` and `/api/chat` answer: an object, or lines of JSON.
struct OllamaWriter: ChatWriter {
    private let kind: OllamaKind
    private let model: String
    private let request: ChatRequest

    init(_ request: ChatRequest, _ models: ServedModel, _ kind: OllamaKind) {
        self.request = request
        self.kind = kind
        model = models.echo(request.model)
    }

    func whole(_ outcome: ChatOutcome) throws -> Response {
        try .json(OllamaAnswer(kind, model: model, outcome, text: outcome.text), headers: request.taskHeader)
    }

    var format: StreamFormat {
        let probe = (try? ByteBuffer(json: OllamaAnswer(kind, model: model, text: ""))) ?? ByteBuffer()
        return .ollama(probe: String(buffer: probe), headers: request.streamHeaders)
    }

    /// Needed only while there is nothing else to say.
    var mustBegin: Bool { false }

    func beginning() throws -> ByteBuffer { try text("") }

    func text(_ piece: String) throws -> ByteBuffer {
        try ByteBuffer(line: OllamaAnswer(kind, model: model, text: piece))
    }

    func end(_ outcome: ChatOutcome) throws -> ByteBuffer {
        try ByteBuffer(line: OllamaAnswer(kind, model: model, outcome, text: ""))
    }
}

/// One object of an answer: all of it, a piece, or the end.
struct OllamaAnswer: Encodable {
    private let model: String
    private var created_at = Date().timestamp
    private var response: String?
    private var message: Message?
    private let done: Bool
    private var done_reason: String?
    /// Some clients die where `generate` lacks it.
    private var context: [Int]?
    private var total_duration: Int?
    private var load_duration: Int?
    private var prompt_eval_count: Int?
    private var prompt_eval_duration: Int?
    private var eval_count: Int?
    private var eval_duration: Int?

    private struct Message: Encodable {
        var role = "assistant"
        let content: String
    }

    /// A piece.
    init(_ kind: OllamaKind, model: String, text: String) {
        self.model = model
        done = false
        set(text, kind)
    }

    /// The end, for a request that asked nothing.
    init(_ kind: OllamaKind, model: String, doneReason: String) {
        self.model = model
        done = true
        done_reason = doneReason
        if kind == .generate { context = [] }
        set("", kind)
    }

    /// The end, or all of it.
    init(_ kind: OllamaKind, model: String, _ outcome: ChatOutcome, text: String) {
        self.model = model
        done = true
        done_reason = outcome.isCut ? "length" : "stop"
        if kind == .generate { context = [] }
        total_duration = Self.nanoseconds(outcome.times.total)
        load_duration = Self.nanoseconds(outcome.times.load)
        prompt_eval_count = outcome.inputTokens
        prompt_eval_duration = Self.nanoseconds(outcome.times.prompt)
        eval_count = outcome.outputTokens
        eval_duration = Self.nanoseconds(outcome.times.generate)
        set(text, kind)
    }

    private mutating func set(_ text: String, _ kind: OllamaKind) {
        switch kind {
        case .generate: response = text
        case .chat: message = Message(content: text)
        }
    }

    private static func nanoseconds(_ seconds: Double) -> Int { Int(max(0, min(seconds, 1e9)) * 1e9) }
}
