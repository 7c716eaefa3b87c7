/// What a server says about itself when a client begins.
struct ServerInfo: Encodable {
    var name = "florence2-visionapi"
    let version: String
}

/// Tools, and nothing else.
struct Capabilities: Encodable {
    var tools: [String: Bool] = [:]
}

/// The answer to `initialize`.
struct Initialized: Encodable {
    let protocolVersion: String
    var capabilities = Capabilities()
    let serverInfo: ServerInfo
    let instructions: String
}

/// The answer to `server/discover`. Some clients look for the server's name beside the rest, others under `_meta`.
struct Discovered: Encodable {
    var supportedVersions = ProtocolRevision.all
    var capabilities = Capabilities()
    let serverInfo: ServerInfo
    let instructions: String
    let _meta: [String: ServerInfo]
    var resultType = "complete"
    var ttlMs = 0
    var cacheScope = "private"

    init(_ info: ServerInfo, instructions: String) {
        serverInfo = info
        self.instructions = instructions
        _meta = ["io.modelcontextprotocol/serverInfo": info]
    }
}

/// An answer that says nothing; the revision without a handshake wants a word in it.
struct Nothing: Encodable {
    let resultType: String?
}

/// The answer to `tools/list`.
struct ToolListing: Encodable {
    let tools: [ToolDescription]
    let resultType: String?
    let ttlMs: Int?
    let cacheScope: String?

    init(_ tools: [ToolDescription], isStateless: Bool) {
        self.tools = tools
        resultType = isStateless ? "complete" : nil
        ttlMs = isStateless ? 0 : nil
        cacheScope = isStateless ? "private" : nil
    }
}

/// The answer to `tools/call`.
struct ToolResult: Encodable {
    let content: [Content]
    let isError: Bool
    let resultType: String?

    struct Content: Encodable {
        var type = "text"
        let text: String
    }
}
