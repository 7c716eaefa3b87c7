import Foundation
package import Transfers

/// The proxy that the environment names for a server, by the variables that curl obeys.
package struct ProxyEnvironment: Sendable {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// The proxy on the way to the server; `nil` for this machine and for what `NO_PROXY` lists.
    /// - Throws: `ClientError.badProxy`.
    package func proxy(for server: ServerAddress) throws(ClientError) -> HTTPProxy? {
        guard !server.isLoopback, !isExempt(server.host) else { return nil }
        // The capital HTTP_PROXY is left alone, as curl does: a CGI server sets it from a request's header.
        let names =
            server.isEncrypted
            ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] : ["http_proxy", "all_proxy", "ALL_PROXY"]
        guard let name = names.first(where: { !(environment[$0] ?? "").isEmpty }), let value = environment[name] else {
            return nil
        }
        return try Self.parse(value, variable: name)
    }

    private func isExempt(_ host: String) -> Bool {
        let list = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
        return list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).contains { entry in
            let name = entry.lowercased().drop { $0 == "." }
            return entry == "*" || host == name || host.hasSuffix(".\(name)")
        }
    }

    private static func parse(_ value: String, variable: String) throws(ClientError) -> HTTPProxy {
        let text = value.contains("://") ? value : "http://" + value
        let kinds = ["http": HTTPProxy.Kind.http, "socks5": .socks5, "socks5h": .socks5]
        guard let url = URLComponents(string: text), let kind = kinds[url.scheme?.lowercased() ?? ""],
            let host = url.host, !host.isEmpty
        else { throw .badProxy(variable: variable) }
        return HTTPProxy(
            kind: kind, host: host, port: url.port ?? 1080, user: url.user, password: url.password)
    }
}
