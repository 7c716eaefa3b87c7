import Logging

/// What the log says about one request.
struct RequestLine {
    let id: String
    /// `nil` where a test calls the router without a server.
    let client: String?
    let method: String
    let path: String
    let status: Int
    let time: Duration
    let facts: RequestNotes.Facts

    var metadata: Logger.Metadata {
        var fields = facts.fields
        let always: Logger.Metadata = [
            "id": .string(id), "method": .string(Self.printable(method)), "path": .string(Self.printable(path)),
            "status": .stringConvertible(status), "ms": Self.milliseconds(time),
        ]
        fields.merge(always) { $1 }
        fields["client"] = client.map { .string($0) }
        fields["wait_ms"] = facts.waited(by: .now).map(Self.milliseconds)
        fields["code"] = facts.errorCode.map { .string($0) }
        fields["error"] = facts.failure.map { .string($0) }
        return fields
    }

    private static func milliseconds(_ time: Duration) -> Logger.MetadataValue {
        .stringConvertible(Int(time / .milliseconds(1)))
    }

    /// The start of a text without anything that could forge a line of the log.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.prefix(200).reduce(into: "") { line, scalar in
            line += (0x21...0x7E).contains(scalar.value) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }
}
