import Foundation

/// Messages to a client, each on one line.
package enum RPCText {
    package static func result(_ result: some Encodable, to id: RPCID) -> String {
        #"{"id":\#(id.text),"jsonrpc":"2.0","result":\#(json(result))}"#
    }

    package static func error(_ error: RPCError) -> String {
        let data = error.requestedVersion.map { VersionData(requested: $0, supported: ProtocolRevision.all) }
        let fault = Fault(code: error.code.rawValue, data: data, message: error.message)
        return #"{"error":\#(json(fault)),"id":\#(error.id?.text ?? "null"),"jsonrpc":"2.0"}"#
    }

    /// - Parameter token: What the request's progress goes by.
    static func progress(_ token: RPCID, step: Int, _ message: String) -> String {
        let params = #"{"message":\#(json(message)),"progress":\#(step),"progressToken":\#(token.text)}"#
        return #"{"jsonrpc":"2.0","method":"notifications/progress","params":\#(params)}"#
    }

    private struct Fault: Encodable {
        let code: Int
        let data: VersionData?
        let message: String
    }

    private struct VersionData: Encodable {
        let requested: String
        let supported: [String]
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // What holds only strings, numbers and lists of them can always be written.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
