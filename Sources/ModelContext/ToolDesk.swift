import JSONScanning

/// The server's side of the Model Context Protocol, without any memory: a message comes in, what to do goes out.
///
/// https://modelcontextprotocol.io/specification. Clients begin with a handshake, or, since 2026-07-28, with none.
package struct ToolDesk: Sendable {
    private let info: ServerInfo
    private let tools: [ImageTool]
    private let imageWords: String

    /// - Parameters:
    ///   - imageWords: What the argument `image` takes, in a sentence.
    package init(version: String, tools: [ImageTool] = ImageTool.ofImages, imageWords: String = ToolDesk.bytesOnly) {
        info = ServerInfo(version: version.isEmpty ? "0" : version)
        self.tools = tools
        self.imageWords = imageWords
    }

    package static let bytesOnly = "The picture file in base64, or as a data: URL."

    package enum Step: Sendable {
        /// The message wants no answer.
        case nothing
        case answer(String)
        /// The message is none, and this says so.
        case unreadable(String)
        case call(ToolCall)
        /// The call with this id is not wanted any more.
        case cancel(RPCID)
    }

    /// - Parameter text: A message in UTF-8.
    package func step(_ text: UnsafeRawBufferPointer) -> Step {
        do {
            switch try RPCMessage(text) {
            case .notification("notifications/cancelled", let params):
                let id = params?.members(named: ["requestId"])?["requestId"].flatMap(RPCID.init)
                return id.map { .cancel($0) } ?? .nothing
            case .notification: return .nothing
            case .request(let id, let method, let params): return try answer(id, method, params, text)
            }
        } catch {
            let answer = RPCText.error(error)
            return error.isUnreadable ? .unreadable(answer) : .answer(answer)
        }
    }

    private func answer(
        _ id: RPCID, _ method: String, _ params: JSONValue?, _ text: UnsafeRawBufferPointer
    ) throws(RPCError) -> Step {
        let members = params?.members(named: ["_meta", "protocolVersion", "name", "arguments"]) ?? [:]
        let meta = RequestMeta(members["_meta"])
        if let version = meta.version, !ProtocolRevision.all.contains(version) {
            throw RPCError(
                .unsupportedVersion, "This revision of the protocol is not known here.", id: id,
                requestedVersion: version)
        }
        let word = meta.isStateless ? "complete" : nil
        switch method {
        case "initialize":
            let version = ProtocolRevision.settled(asked: members["protocolVersion"].flatMap(RequestMeta.version))
            return .answer(
                RPCText.result(
                    Initialized(protocolVersion: version, serverInfo: info, instructions: Self.instructions), to: id))
        case "server/discover":
            return .answer(RPCText.result(Discovered(info, instructions: Self.instructions), to: id))
        case "ping": return .answer(RPCText.result(Nothing(resultType: word), to: id))
        case "tools/list":
            let list = tools.map { ToolDescription($0, image: imageWords) }
            return .answer(RPCText.result(ToolListing(list, isStateless: meta.isStateless), to: id))
        case "tools/call":
            return .call(
                ToolCall(
                    id: id, tool: try tool(members["name"], id), meta: meta, arguments: members["arguments"], in: text))
        default: throw RPCError(.methodNotFound, "There is no method \"\(method)\" here.", id: id)
        }
    }

    private func tool(_ name: JSONValue?, _ id: RPCID) throws(RPCError) -> ImageTool {
        guard let name, name.text.count <= 256, let word = name.string else {
            throw RPCError(.invalidParams, "The name of the tool is missing.", id: id)
        }
        guard let tool = ImageTool(rawValue: word), tools.contains(tool) else {
            let known = tools.map(\.rawValue).joined(separator: ", ")
            throw RPCError(.invalidParams, "There is no tool \"\(word)\". Those that there are: \(known).", id: id)
        }
        return tool
    }

    private static let instructions =
        "Looks at pictures with Florence-2: captions, tags, text in the picture, and "
        + "objects with their places. It answers no questions about a picture beyond that."
}

/// What a request says about itself beside its parameters.
struct RequestMeta {
    let progressToken: RPCID?
    /// `nil` where a handshake has settled it.
    let version: String?

    var isStateless: Bool { version == ProtocolRevision.stateless }

    private static let versionKey = "io.modelcontextprotocol/protocolVersion"

    init(_ value: JSONValue?) {
        let members = value?.members(named: ["progressToken", Self.versionKey]) ?? [:]
        progressToken = members["progressToken"].flatMap(RPCID.init)
        version = members[Self.versionKey].flatMap(Self.version)
    }

    /// A text that may be the name of a revision.
    static func version(_ value: JSONValue) -> String? { value.text.count <= 64 ? value.string : nil }
}
