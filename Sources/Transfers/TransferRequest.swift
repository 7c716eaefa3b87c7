/// A request over HTTP, and how it gets there.
package struct TransferRequest: Sendable {
    package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST", put = "PUT" }

    package var url: String
    package var method: Method
    package var headers = Headers()
    package var body: RequestBody?
    /// `nil`: directly. The environment is never asked.
    package var proxy: HTTPProxy?
    /// The only address that the server may have, in numbers, IPv6 in brackets; `nil`: the name service says.
    package var address: String?
    /// Whether no connection that is there already is used.
    package var isFresh = false
    /// A file or a folder with the certificates that vouch for servers; `nil`: the system's.
    package var authorities: String?
    /// How long it may take until the request can be sent.
    package var connectTimeout = Duration.seconds(10)
    /// How long it may be that no byte goes or comes then, while somebody waits for one.
    package var idleTimeout: Duration?
    /// How long all of it may take.
    package var timeout: Duration?

    package init(_ method: Method = .get, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// The proxy that a request goes through.
package struct HTTPProxy: Sendable, Hashable {
    /// `http` is asked to pass plain requests on, and for a tunnel to encrypted servers; `socks5` gets the server's name
    /// and resolves it.
    package enum Kind: Sendable { case http, socks5 }

    package let kind: Kind
    package let host: String
    package let port: Int
    package let user: String?
    package let password: String?

    package init(kind: Kind, host: String, port: Int, user: String? = nil, password: String? = nil) {
        self.kind = kind
        self.host = host
        self.port = port
        self.user = user
        self.password = password
    }

    /// Host and port as an address has them.
    package var authority: String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// What a request brings, piece by piece: a large file takes no more memory than a small one.
package struct RequestBody: Sendable {
    /// Bytes of all pieces.
    package let count: Int
    /// Begins with the first piece; the function that it gives answers the next one each time, and `nil` at the end.
    package let pieces: @Sendable () throws -> () throws -> [UInt8]?

    package init(count: Int, pieces: @escaping @Sendable () throws -> () throws -> [UInt8]?) {
        self.count = count
        self.pieces = pieces
    }

    package init(_ bytes: [UInt8]) {
        self.init(count: bytes.count) {
            var rest: [UInt8]? = bytes
            return {
                defer { rest = nil }
                return rest
            }
        }
    }
}

/// The certificates that servers are judged by, in a file or a folder that a variable names: a proxy that looks into what
/// is encrypted shows certificates of its own.
package struct TrustedAuthorities: Sendable {
    package let variable: String
    package let path: String

    /// `nil` where none of the variables is set that Python's tools and curl read, in their order: then the system says.
    package init?(environment: [String: String]) {
        let names = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
        guard let name = names.first(where: { environment[$0]?.isEmpty == false }), let path = environment[name] else {
            return nil
        }
        self.variable = name
        self.path = path
    }
}
