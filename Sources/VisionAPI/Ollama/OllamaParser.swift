import JSONScanning
import Serving

/// The two routes of Ollama that answer about images.
enum OllamaKind: Sendable { case generate, chat }

/// What a request to one of them wants.
enum OllamaDemand {
    case caption(ChatRequest)
    /// Nothing is asked: the model is to be there.
    case load(KeepAlive?, model: String?)
    /// Nothing is asked, and it is to go.
    case unload(model: String?)
}

/// Reads the bodies of `/api/generate` and `/api/chat`; fields that mean nothing here are passed over.
struct OllamaParser: Sendable {
    let chat: ChatParser
    let kind: OllamaKind

    private static let names = [
        "model", "prompt", "system", "messages", "images", "stream", "format", "keep_alive", "options",
    ]

    /// - Throws: `VisionAPIError`, `ChatError`, or a refusal of the tasks.
    func parse(_ text: UnsafeMutableRawBufferPointer) throws -> OllamaDemand {
        let fields = try RequestFields(UnsafeRawBufferPointer(text), named: Self.names)
        let options = fields["options"]?.members(named: ["num_predict", "stop", "keep_alive"]) ?? [:]
        let model = fields["model"]?.string
        let keepAlive = try fields.keepAlive("keep_alive")
        let messages = try messages(fields)
        guard messages.contains(where: { $0.hasImage || $0.role == .user && $0.hasText }) else {
            return keepAlive == .lasting(.zero) ? .unload(model: model) : .load(keepAlive, model: model)
        }
        var request = try chat.understand(
            ChatTurn(messages), model: model, json: try JSONDemand(format: fields["format"]),
            isStreamed: fields["stream"]?.bool ?? true)
        request.maxTokens = ChatParser.maxTokens(options["num_predict"])
        request.stop = ChatParser.stop(options["stop"])
        request.keepAlive = keepAlive
        return .caption(request)
    }

    private func messages(_ fields: RequestFields) throws -> [ChatMessage] {
        var images = ChatMessage(role: .user)
        if let list = fields["images"] { images.add(images: list) }
        switch kind {
        case .generate:
            images.texts = [fields["prompt"]?.string ?? ""]
            let system = fields["system"]?.string
            return (system.map { [ChatMessage(role: .system, texts: [$0])] } ?? []) + [images]
        case .chat:
            guard fields["messages"] != nil else { return [] }
            let messages = try ChatParser.messages(fields["messages"], field: "messages")
            // One client repeats the message's images beside it; where they stand nowhere else they count.
            guard images.hasImage, !messages.contains(where: \.hasImage) else { return messages }
            return messages + [images]
        }
    }
}

extension JSONDemand {
    /// `"json"`, a schema or an example of what is wanted, or nothing.
    fileprivate init(format value: JSONValue?) throws {
        switch value?.kind {
        case .object?:
            self = try JSONDemand(schema: value)
            if case .schema(let tree) = self { self = .schema(PromptSchema.schema(ofExample: tree)) }
        case .string?: self = value?.string == "json" ? .any : .none
        default: self = .none
        }
    }
}
