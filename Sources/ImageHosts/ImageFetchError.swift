/// Why an image is not fetched from its address. The sentences name the host only: what follows may be secret.
package enum ImageFetchError: Error, Equatable, CustomStringConvertible {
    /// It is no address of the web.
    case malformed
    /// It holds a name or a password.
    case credentials
    case foreignHost(String)
    case foreignPort(String, Int)
    case unknownHost(String)
    /// The host's name leads into a network that is not public.
    case closedNetwork(String)
    case timeout(String)
    case redirect(String)
    case status(String, Int)
    case tooLarge(limit: Int)
    /// No connection came about, or it broke.
    case failed(String, reason: String)
    /// Too much is being fetched at the same time.
    case busy

    package var description: String {
        switch self {
        case .malformed: "A picture's address is none of the web, such as https://example.org/cat.jpg."
        case .credentials: "A picture's address must hold no name and no password."
        case .foreignHost(let host):
            "This server does not fetch pictures from \(host). Send the picture itself, in base64 as a data: URL, or "
                + "start the server with --image-url-host \(host)."
        case .foreignPort(let host, let port):
            "This server does not fetch pictures from port \(port) of \(host). --image-url-host \(host):\(port) lets it."
        case .unknownHost(let host): "The name \(host) of a picture's address is not known."
        case .closedNetwork(let host):
            "\(host) leads into a network that is not public, so no picture is fetched from it."
        case .timeout(let host): "A picture did not come from \(host) in time."
        case .redirect(let host):
            "\(host) sends requests for a picture on to another address, which this server does not follow."
        case .status(let host, let status): "\(host) has answered with status \(status) instead of a picture."
        case .tooLarge(let limit):
            "The picture at an address is larger than \(limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit) bytes")."
        case .failed(let host, let reason): "No picture could be fetched from \(host): \(reason)."
        case .busy: "The server fetches too many pictures already. Send the request again in 2 s."
        }
    }
}
