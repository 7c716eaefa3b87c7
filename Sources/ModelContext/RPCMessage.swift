package import JSONScanning

/// The id of a request, or a token for its progress: a number or a string, kept as the client wrote it.
package struct RPCID: Sendable, Hashable {
    /// JSON.
    package let text: String

    /// `nil` for what is neither, or so long that it means nothing.
    init?(_ value: JSONValue) {
        guard value.kind == .number || value.kind == .string, value.text.count <= Self.maxSize else { return nil }
        text = String(decoding: value.text, as: UTF8.self)
    }

    private static let maxSize = 1024
}

/// A message of a client in JSON-RPC 2.0, its parameters unread. It must not outlive its text.
package enum RPCMessage {
    case request(RPCID, method: String, params: JSONValue?)
    /// What wants no answer: a notification, or an answer to what nobody asked.
    case notification(method: String, params: JSONValue?)

    /// - Parameter text: UTF-8, one message and nothing else.
    package init(_ text: UnsafeRawBufferPointer) throws(RPCError) {
        let members = try Self.members(of: text)
        let id = members["id"].flatMap(RPCID.init)
        guard members["id"] == nil || id != nil else {
            throw RPCError(.invalidRequest, "The id must be a string or a number.")
        }
        guard let method = try Self.method(members, id) else {
            self = .notification(method: "", params: nil)
            return
        }
        let params = members["params"].flatMap { $0.kind == .null ? nil : $0 }
        guard params.map({ $0.kind == .object }) ?? true else {
            throw RPCError(.invalidParams, "The params must be an object.", id: id)
        }
        if let id {
            self = .request(id, method: method, params: params)
        } else {
            self = .notification(method: method, params: params)
        }
    }

    private static func members(of text: UnsafeRawBufferPointer) throws(RPCError) -> [String: JSONValue] {
        let members: [String: JSONValue]?
        do {
            members = try JSONValue.members(of: text, named: ["id", "method", "params", "result", "error"])
        } catch {
            throw RPCError(.parseError, "This is not valid JSON: \(error).")
        }
        guard let members else {
            throw RPCError(.invalidRequest, "A message must be one JSON object, and no list of them.")
        }
        return members
    }

    private static let maxMethodSize = 256

    /// `nil` for an answer.
    private static func method(_ members: [String: JSONValue], _ id: RPCID?) throws(RPCError) -> String? {
        guard let value = members["method"] else {
            if members["result"] != nil || members["error"] != nil { return nil }
            throw RPCError(.invalidRequest, "The message names no method.", id: id)
        }
        guard value.text.count <= maxMethodSize, let method = value.string else {
            throw RPCError(.invalidRequest, "The method must be a short string.", id: id)
        }
        return method
    }
}
