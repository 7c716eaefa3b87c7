import Foundation
import Transfers
import VisionAPITypes

extension RemoteServer {
    /// What is heard of a request on its way.
    enum Progress: Sendable, Equatable {
        /// It waits behind so many others.
        case queued(ahead: Int)
        case started
        /// More of the answer.
        case text(String)
    }

    /// Asks about one image, and hears what becomes of that; an older server says nothing on the way.
    func ask(_ body: RequestBody, hear: @Sendable (Progress) -> Void) async -> Reply {
        do {
            var request = request(.post, "/process_image", accept: "text/event-stream, application/json;q=0.5")
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = body
            let answer = try await client.send(request)
            let type = answer.headers.first(name: "Content-Type") ?? ""
            guard answer.status == 200, type.lowercased().hasPrefix("text/event-stream") else {
                let bytes = try await whole(answer)
                return Reply(
                    status: answer.status, retryAfter: answer.headers.first(name: "Retry-After"),
                    location: answer.headers.first(name: "Location"), body: bytes, server: address)
            }
            var events = ServerEvents()
            for try await part in answer.body {
                for event in events.take(part) {
                    if let reply = reply(event) { return reply }
                    if let progress = Progress(event) { hear(progress) }
                }
                guard events.count <= Self.maxAnswer else { throw TransferError.tooLong }
            }
            throw TransferError.closed
        } catch {
            return Reply(connectionError: error, server: address, timeout: settings.timeout)
        }
    }

    /// The reply that an event ends the answer with; `nil` for all others.
    private func reply(_ event: ServerEvents.Event) -> Reply? {
        let body = Data(event.data.utf8)
        switch event.name {
        case "result": return Reply(status: 200, retryAfter: nil, location: nil, body: body, server: address)
        case "error":
            let failure = try? JSONDecoder().decode(ProcessImageFailure.self, from: body)
            return Reply(
                status: failure?.status ?? 500, retryAfter: nil, location: nil, body: body, server: address)
        default: return nil
        }
    }
}

extension RemoteServer.Progress {
    init?(_ event: ServerEvents.Event) {
        let data = Data(event.data.utf8)
        switch event.name {
        case "queued":
            guard let queued = try? JSONDecoder().decode(ProcessImageQueued.self, from: data) else { return nil }
            self = .queued(ahead: queued.ahead)
        case "started": self = .started
        case "text":
            guard let text = try? JSONDecoder().decode(ProcessImageText.self, from: data) else { return nil }
            self = .text(text.text)
        default: return nil
        }
    }
}
