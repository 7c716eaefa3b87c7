import Foundation
import Transfers

/// Which requests go through a proxy, by the variables that curl and Python read: `HTTPS_PROXY`, `HTTP_PROXY`,
/// `ALL_PROXY` and `NO_PROXY`, in lower case too.
struct ProxySettings: Sendable {
    private let http: HTTPProxy?
    private let https: HTTPProxy?
    /// Hosts that are asked directly, such as `example.com`, which stands for everything below it too, or `*`.
    private let exceptions: [String]

    /// - Throws: `ModelHubError.invalidSetting`, which names the variable.
    init(_ variables: HubEnvironment) throws(ModelHubError) {
        func proxy(_ name: String) throws(ModelHubError) -> HTTPProxy? {
            for variable in [name.lowercased(), name] {
                if let text = variables.text(variable) { return try HTTPProxy(text, variable: variable) }
            }
            return nil
        }
        let all = try proxy("ALL_PROXY")
        http = try proxy("HTTP_PROXY") ?? all
        https = try proxy("HTTPS_PROXY") ?? all
        exceptions = (variables.text("no_proxy") ?? variables.text("NO_PROXY") ?? "").lowercased()
            .split { $0 == "," || $0 == " " }.map(String.init)
    }

    /// The proxy for requests to `origin`; `nil`: directly.
    func proxy(for origin: Origin) -> HTTPProxy? {
        exceptions.contains { covers($0, origin) } ? nil : origin.scheme == "https" ? https : http
    }

    private func covers(_ exception: String, _ origin: Origin) -> Bool {
        if exception == "*" || exception == origin.host || exception == "\(origin.host):\(origin.port)" { return true }
        let domain = exception.trimmingPrefix("*").trimmingPrefix(".")
        return !domain.isEmpty && (origin.host == domain || origin.host.hasSuffix("." + domain))
    }
}

extension HTTPProxy {
    /// - Throws: `ModelHubError.invalidSetting`; the text may hold a password and is not shown.
    fileprivate init(_ text: String, variable: String) throws(ModelHubError) {
        func refused(_ reason: String) -> ModelHubError { .invalidSetting(variable, reason: reason) }
        guard let url = URL(string: text.contains("://") ? text : "http://\(text)"),
            let scheme = url.scheme?.lowercased(), let host = url.host(percentEncoded: false), !host.isEmpty
        else { throw refused("it must be an address such as http://proxy.example.com:3128") }
        let kind: Kind
        switch scheme {
        case "http": kind = .http
        case "socks5", "socks5h": kind = .socks5
        default: throw refused("a proxy is spoken to by http:// or socks5://")
        }
        let port = url.port ?? (kind == .http ? 80 : 1080)
        guard (1...65535).contains(port) else { throw refused("its port must be from 1 to 65535") }
        self.init(
            kind: kind, host: host, port: port, user: url.user(percentEncoded: false),
            password: url.password(percentEncoded: false))
    }
}
