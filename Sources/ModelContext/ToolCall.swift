import JSONScanning

/// A tool that a client wants run, its arguments unread.
package struct ToolCall: Sendable {
    package let id: RPCID
    package let tool: ImageTool
    /// `nil` where the client wants to hear of no progress.
    package let progressToken: RPCID?
    let isStateless: Bool
    /// Where the arguments stand in the message.
    private let arguments: Range<Int>?

    /// - Parameter text: The message.
    init(
        id: RPCID, tool: ImageTool, meta: RequestMeta, arguments: JSONValue?, in text: UnsafeRawBufferPointer
    ) {
        self.id = id
        self.tool = tool
        progressToken = meta.progressToken
        isStateless = meta.isStateless
        let start = arguments?.text.baseAddress.flatMap { begin in text.baseAddress.map { begin - $0 } }
        self.arguments = arguments.flatMap { value in start.map { $0..<$0 + value.text.count } }
    }

    /// - Parameter text: The message again, as it was.
    package func arguments(in text: UnsafeRawBufferPointer) throws(ToolError) -> ToolArguments {
        guard let range = arguments, range.upperBound <= text.count else { return try ToolArguments(tool, nil) }
        return try ToolArguments(tool, UnsafeRawBufferPointer(rebasing: text[range]))
    }

    /// What came of it.
    package func answer(_ text: String) -> String { answer(text, isError: false) }

    /// Why nothing came of it, for the chat model to read.
    package func failure(_ sentence: String) -> String { answer(sentence, isError: true) }

    private func answer(_ text: String, isError: Bool) -> String {
        let result = ToolResult(
            content: [.init(text: text)], isError: isError, resultType: isStateless ? "complete" : nil)
        return RPCText.result(result, to: id)
    }
}
