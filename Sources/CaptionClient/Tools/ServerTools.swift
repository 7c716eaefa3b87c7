import Foundation
import ModelContext
import Synchronization
import Transfers

/// Runs the tools of a chat by asking a vision server.
package struct ServerTools: Sendable {
    private let server: RemoteServer
    private let folders: AllowedFolders
    private let patience: Duration

    /// - Parameter patience: How long a call may wait until the server takes it up: some programs give up after a minute.
    package init(_ server: RemoteServer, folders: AllowedFolders, patience: Duration = .seconds(50)) {
        self.server = server
        self.folders = folders
        self.patience = patience
    }

    /// The protocol's side of it.
    func desk(version: String) -> ToolDesk {
        guard !folders.isEmpty else { return ToolDesk(version: version) }
        return ToolDesk(
            version: version, tools: ImageTool.allCases,
            imageWords: "Path of a picture file in the folders that are allowed, or the picture file itself in base64 "
                + "or as a data: URL.")
    }

    /// The message that answers a call.
    /// - Parameter message: The call's own message.
    func answer(
        _ call: ToolCall, in message: [UInt8], tell: @escaping @Sendable (String) -> Void
    ) async -> String {
        do {
            let progress = call.progressToken.map { ToldProgress($0, tell) }
            return call.answer(try await text(call, message) { progress?.hear($0) })
        } catch {
            return call.failure("\(error)")
        }
    }

    private func text(
        _ call: ToolCall, _ message: [UInt8], _ hear: @escaping @Sendable (ToolProgress.Event) -> Void
    ) async throws -> String {
        let parts = try message.withUnsafeBytes { bytes in
            let arguments = try call.arguments(in: bytes)
            return (arguments.folder, arguments.prompt, arguments.image.map { Array($0) })
        }
        guard let text = parts.2 else { return try folders.list(parts.0) }
        let image = try ToolImage(text, folders)
        let readsLabels = call.tool == .tags ? await !server.knowsTags() : false
        let question = CaptionQuery(prompt: readsLabels ? "<OD>" : parts.1)
        let body = try image.body(question)
        let start = ToolStart()
        let last = Mutex<String?>(nil)
        let answer = try await start.within(patience) {
            try await ask(body) { event in
                switch event {
                case .queued(let ahead):
                    last.withLock { $0 = "\(ahead) \(ahead == 1 ? "other waits" : "others wait") before it." }
                case .started, .text: start.note()
                }
                hear(event)
            } onWait: { sentence in
                last.withLock { $0 = sentence }
            }
        } otherwise: {
            ClientError.server(
                "The request has waited for its turn for \(patience.components.seconds) s: "
                    + "\(last.withLock { $0 } ?? "the server has not said why.") Call the tool again later.")
        }
        return readsLabels ? answer.labels : try answer.text
    }

    /// Asks, and again as long as the server is busy.
    private func ask(
        _ body: RequestBody, _ hear: @escaping @Sendable (ToolProgress.Event) -> Void, onWait: (String) -> Void
    ) async throws -> AnyJSON {
        while true {
            let reply = await server.ask(body) { hear(ToolProgress.Event($0)) }
            switch reply {
            case .answered(let answer, _, _): return answer
            case .busy(let sentence, let retryAfter):
                onWait(sentence)
                try await Task.sleep(for: retryAfter)
            default: throw ClientError.server(reply.sentence)
            }
        }
    }
}

extension ToolProgress.Event {
    fileprivate init(_ progress: RemoteServer.Progress) {
        switch progress {
        case .queued(let ahead): self = .queued(ahead: ahead)
        case .started: self = .started
        case .text(let text): self = .text(text)
        }
    }
}

extension AnyJSON {
    /// A text itself, and places as JSON.
    fileprivate var text: String {
        get throws { if case .string(let text) = self { text } else { try AnyJSON.line(self) } }
    }

    /// What is named beside places, each once.
    fileprivate var labels: String {
        guard case .object(let members) = self, case .array(let labels) = members["labels"] else { return "" }
        let names = labels.compactMap { if case .string(let name) = $0 { name } else { nil } }
        return CaptionText.unique(names).joined(separator: ", ")
    }
}

extension RemoteServer {
    /// Whether its model was trained for tags: the PromptGen models are.
    fileprivate func knowsTags() async -> Bool {
        guard let name = try? await model() else { return true }
        return name.lowercased().contains("promptgen") || name == "demo"
    }
}

/// The progress of one call, told as it comes.
private final class ToldProgress: Sendable {
    private let progress: Mutex<ToolProgress>
    private let tell: @Sendable (String) -> Void

    init(_ token: RPCID, _ tell: @escaping @Sendable (String) -> Void) {
        progress = Mutex(ToolProgress(token))
        self.tell = tell
    }

    func hear(_ event: ToolProgress.Event) {
        progress.withLock { progress in
            if let message = progress.hear(event) { tell(message) }
        }
    }
}
