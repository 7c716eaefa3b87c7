import Foundation

/// Where a server is: the base of its addresses, such as `http://localhost:54880`.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address with its scheme and without a slash at its end.
    package let text: String
    package let host: String
    package let isEncrypted: Bool

    package static let standard = "http://localhost:54880"

    /// Reads a base URL; a bare `host[:port]` gets `http://`.
    /// - Throws: `ClientError.badAddress`.
    package init(_ given: String) throws(ClientError) {
        var text = given.trimmingCharacters(in: .whitespacesAndNewlines)
        if !text.contains("://") { text = "http://" + text }
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.query == nil,
            url.fragment == nil, let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https"
        else { throw .badAddress(given) }
        self.text = text
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
        isEncrypted = scheme == "https"
    }

    package var description: String { text }

    /// Whether the server is on this machine, where no proxy can help.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host.hasPrefix("127.")
    }
}
