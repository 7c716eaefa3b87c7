/// Why a message is not obeyed, in the numbers of JSON-RPC and of the protocol.
package struct RPCError: Error, Equatable {
    package enum Code: Int, Sendable {
        case parseError = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        /// What the protocol leaves to servers.
        case server = -32000
        case unsupportedVersion = -32022
    }

    package let code: Code
    /// A sentence for people.
    package let message: String
    /// `nil` where no request can be told from the message.
    package let id: RPCID?
    /// The revision that was asked for and is not spoken here.
    let requestedVersion: String?

    package init(_ code: Code, _ message: String, id: RPCID? = nil, requestedVersion: String? = nil) {
        self.code = code
        self.message = message
        self.id = id
        self.requestedVersion = requestedVersion
    }

    /// Whether the message is none, so that even an answer over HTTP is no success.
    package var isUnreadable: Bool { id == nil }
}
