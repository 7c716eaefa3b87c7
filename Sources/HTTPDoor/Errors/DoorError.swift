/// What a client can get wrong before any dialect looks at its request.
package enum DoorError: Error, Equatable, CustomStringConvertible {
    case bodyTooLarge(limit: Int)
    /// The bodies that are being read at the same time are too much together.
    case readingTooMuch(waiting: Int, retryAfter: Int)
    /// No key.
    case unauthorized
    /// A key that is none of those that open.
    case wrongKey
    /// A web page that is not on the list wants something done.
    case foreignOrigin
    /// The body is compressed.
    case unsupportedEncoding
    /// A server without a key is asked under a name that it was not given; `nil` where that is no name.
    case foreignHost(String?)
    case unknownPath
    case methodNotAllowed(allowed: [String])
    /// What came over the wire is no HTTP.
    case malformedRequest
    /// The client has ended its side of the connection in the middle of a request.
    case incompleteRequest
    case headersTooLarge
    /// HTTP/1.1 without a `Host`, or with two of them.
    case notOneHost
    /// The request did not arrive in time.
    case tooSlow(seconds: Int)
    case tooManyConnections

    package var description: String {
        switch self {
        case .bodyTooLarge(let limit):
            "The request is larger than \(limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit >> 10) KB"). "
                + "Send a smaller one."
        case .readingTooMuch(let waiting, let retryAfter):
            "The server is reading \(waiting == 1 ? "a request" : "\(waiting) requests") already, and with this one "
                + "they are too large together. Send the request again in \(retryAfter) s."
        case .unauthorized:
            "This server wants a key. Send it as \"Authorization: Bearer KEY\" or \"x-api-key: KEY\"."
        case .wrongKey:
            "The key is not one of this server's. Send one that is as \"Authorization: Bearer KEY\" or "
                + "\"x-api-key: KEY\"."
        case .foreignOrigin:
            "Web pages of this origin may not use this server. Start it with --cors-origin to let them."
        case .unsupportedEncoding:
            "The body is compressed (Content-Encoding), which this server does not read. Send it as it is."
        case .foreignHost(let name?):
            "A server without a key on this machine answers to local names only, and to those that it is given: start it "
                + "with --allowed-host \(name.prefix(253)) if that is one. A proxy in front of it that ends TLS needs "
                + "--cors-origin https://\(name.prefix(253)), too."
        case .foreignHost(nil):
            "The Host of the request is no name and no address."
        case .unknownPath:
            "There is nothing at this address."
        case .methodNotAllowed(let allowed):
            "This address does not take that method. Use \(allowed.joined(separator: ", "))."
        case .malformedRequest:
            "The request is not valid HTTP."
        case .incompleteRequest:
            "The request ended in the middle."
        case .headersTooLarge:
            "The headers of the request are too large: more than 80 KB, or more than 1000 of them."
        case .notOneHost:
            "A request must name one Host, and only one."
        case .tooSlow(let seconds):
            "The request did not arrive within \(seconds) s. Over a slow line --read-timeout gives it more."
        case .tooManyConnections:
            "The server has as many connections as it may have. Send the request again later."
        }
    }
}
