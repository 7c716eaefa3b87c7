/// What the server listens to, whom it lets in, and for how long.
package struct DoorConfiguration: Sendable {
    package var host: String
    /// All that are listened to, at least one. 0: the system picks a free one, which the start line tells.
    package var ports: [Int]
    /// The most connections; for one more the longest idle one is closed, and where none is idle the new one is refused.
    package var maxConnections: Int
    /// What clients must show; none: everybody is let in.
    package var apiKeys: APIKeys
    /// Origins of web pages that may read answers; `*` means any.
    package var corsOrigins: [String]
    /// Names of this server, besides those that are nobody's in public.
    package var allowedHosts: [String]
    /// How long the parts of a request and its answer may take.
    package var connectionTimeouts: ConnectionTimeouts

    package init(
        host: String = "127.0.0.1", ports: [Int] = [54880], maxConnections: Int = 1024, apiKeys: APIKeys = .none,
        corsOrigins: [String] = [], allowedHosts: [String] = [], connectionTimeouts: ConnectionTimeouts = .init()
    ) {
        self.host = host
        self.ports = ports.isEmpty ? [54880] : ports
        self.maxConnections = maxConnections
        self.apiKeys = apiKeys
        self.corsOrigins = corsOrigins
        self.allowedHosts = allowedHosts
        self.connectionTimeouts = connectionTimeouts
    }

    /// Only programs of this machine reach the server, and whoever does needs no key: then a web page must not, under a
    /// name of its own.
    package var answersToItsNamesOnly: Bool { apiKeys.isEmpty && HostRule.isLoopback(host) }
}
