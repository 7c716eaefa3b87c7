package import Hummingbird
package import NIOCore

/// One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
package enum ServerSentEvent {
    package static let contentType = "text/event-stream"
    /// A comment, which every reader passes over.
    package static let probe = ":\n\n"

    /// - Parameters:
    ///   - name: `nil`: the event has none.
    ///   - data: Without line breaks, as JSON has none.
    package static func bytes(_ name: String?, _ data: ByteBuffer) -> ByteBuffer {
        var event = ByteBuffer(string: name.map { "event: \($0)\n" } ?? "")
        event.writeString("data: ")
        event.writeImmutableBuffer(data)
        event.writeString("\n\n")
        return event
    }
}

extension Request {
    /// Whether the client names this type among those that it takes, and does not rule it out.
    package func accepts(_ type: String) -> Bool {
        headers[values: .accept].joined(separator: ",").lowercased().split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard parts.first == type else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }
}
