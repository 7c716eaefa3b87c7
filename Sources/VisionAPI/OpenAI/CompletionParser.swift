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
