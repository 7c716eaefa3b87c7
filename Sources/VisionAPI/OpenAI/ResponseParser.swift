import JSONScanning

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
