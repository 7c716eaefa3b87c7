import JSONScanning

/// The body of `POST /v1/chat/completions`; fields that mean nothing here are passed over.
struct CompletionParser: Sendable {
    let chat: ChatParser

    private static let names = [
        "messages", "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop", "n",
        "response_format", "keep_alive",
    ]

    /// - Throws: `VisionAPIError`, `ChatError`, or a refusal of the tasks.
    func parse(_ text: UnsafeMutableRawBufferPointer) throws -> ChatRequest {
        let fields = try RequestFields(UnsafeRawBufferPointer(text), named: Self.names)
        if let count = fields["n"]?.number.flatMap(Double.init), count > 1 { throw ChatError.severalChoices }
        var request = try chat.understand(
            ChatTurn(try ChatParser.messages(fields["messages"], field: "messages")),
            model: fields["model"]?.string, json: try JSONDemand(responseFormat: fields["response_format"]),
            isStreamed: fields["stream"]?.bool ?? false)
        let options = fields["stream_options"]?.members(named: ["include_usage"])
        request.tellsUsage = !request.isStreamed || options?["include_usage"]?.bool ?? false
        request.maxTokens = ChatParser.maxTokens(fields["max_tokens"], fields["max_completion_tokens"])
        request.stop = ChatParser.stop(fields["stop"])
        request.keepAlive = try? fields.keepAlive("keep_alive")
        return request
    }
}

/// The body of `POST /v1/responses`.
struct ResponseParser: Sendable {
    let chat: ChatParser

    private static let names = [
        "input", "instructions", "model", "stream", "max_output_tokens", "text", "stop", "keep_alive",
    ]

    func parse(_ text: UnsafeMutableRawBufferPointer) throws -> ChatRequest {
        let fields = try RequestFields(UnsafeRawBufferPointer(text), named: Self.names)
        var messages: [ChatMessage] = []
        if let instructions = fields["instructions"]?.string {
            messages.append(ChatMessage(role: .system, texts: [instructions]))
        }
        if let input = fields["input"]?.string {
            messages.append(ChatMessage(role: .user, texts: [input]))
        } else {
            messages += try ChatParser.messages(fields["input"], field: "input")
        }
        let format = fields["text"]?.members(named: ["format"])?["format"]
        var request = try chat.understand(
            ChatTurn(messages), model: fields["model"]?.string, json: try JSONDemand(responseFormat: format),
            isStreamed: fields["stream"]?.bool ?? false)
        request.maxTokens = ChatParser.maxTokens(fields["max_output_tokens"])
        request.stop = ChatParser.stop(fields["stop"])
        request.keepAlive = try? fields.keepAlive("keep_alive")
        return request
    }
}

extension JSONDemand {
    /// `{"type": "json_object"}`, or `json_schema` with the schema beside the type or one level deeper.
    fileprivate init(responseFormat value: JSONValue?) throws {
        guard let fields = value?.members(named: ["type", "json_schema", "schema"]) else {
            self = .none
            return
        }
        let schema = fields["json_schema"]?.members(named: ["schema"])?["schema"] ?? fields["schema"]
        switch fields["type"]?.string {
        case "json_schema": self = try JSONDemand(schema: schema)
        case "json_object": self = .any
        default: self = .none
        }
    }
}
