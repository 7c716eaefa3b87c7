import Captioning
import HTTPDoor
import Hummingbird
import ModelContext
import VisionAPITypes

/// The tools of the Model Context Protocol over HTTP, without sessions: each message is a request of its own.
///
/// There is no stream to be had by `GET`, and nothing to `DELETE`: both are 405, by which clients know.
struct MCPDialect: Sendable {
    let route: ToolRoute

    var dialect: Dialect {
        Dialect(prefix: "mcp", errorFormat: .jsonRPC, routes: [Route(.post, "mcp", use: route.message)])
    }
}

extension ErrorFormat {
    /// `{"error": {"code": -32000, "message": "..."}, "id": null, "jsonrpc": "2.0"}`
    static let jsonRPC = ErrorFormat(contentType: "application/json", unknownPathHint: "Try POST /mcp.") { answer in
        ByteBuffer(string: RPCText.error(RPCError(.server, answer.detail)))
    }
}
