import ArgumentParser
import HTTPDoor

/// Who may come in, how much they may bring, and how long they may take.
struct DoorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A key that clients must show; repeatable. Other users of this machine can read it in the list of "
                + "processes: the variable is better. [env: VISION_SERVER_API_KEYS, separated by commas]",
            valueName: "key"))
    var apiKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "A web page's origin, such as https://example.org, that may read answers; repeatable; * is any. "
                + "[env: VISION_SERVER_CORS_ORIGIN, separated by commas] (default: none)",
            valueName: "origin"))
    var corsOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "A name of this server, such as vision.example.org, that a proxy in front of it passes on as Host; repeatable. "
                + "Without a key on a loopback address only local names and addresses are answered. "
                + "[env: VISION_SERVER_ALLOWED_HOSTS, separated by commas] (default: none)",
            valueName: "name"))
    var allowedHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "The largest request. [env: VISION_SERVER_MAX_BODY] (default: 32MB)", valueName: "bytes"))
    var maxBody: String?

    @Option(
        help: ArgumentHelp(
            "How many connections may be open; for one more the longest idle one is closed. [env: VISION_SERVER_MAX_CONNECTIONS] (default: 1024)",
            valueName: "connections"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "How long a client may take to send a request. [env: VISION_SERVER_READ_TIMEOUT] (default: 30)",
            valueName: "seconds"))
    var readTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "How long a client may take to receive an answer. [env: VISION_SERVER_WRITE_TIMEOUT] (default: 30)",
            valueName: "seconds"))
    var writeTimeout: Int?

    /// - Throws: also where the variable is set but names no key: a mistake there must not open the door.
    func keys(_ settings: Settings) throws -> APIKeys {
        let keys = apiKey.isEmpty ? settings.list("api-keys", []) : apiKey
        let isMissing = keys.isEmpty && settings.text("api-keys", nil) != nil
        guard !isMissing, let keys = APIKeys(keys) else {
            throw ValidationError("A key (--api-key, VISION_SERVER_API_KEYS) must be printable ASCII without spaces.")
        }
        return keys
    }

    func origins(_ settings: Settings) throws -> [String] {
        try settings.list("cors-origin", corsOrigin).map { origin in
            let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
            guard origin == "*" || parts.count == 3 && parts[0].hasSuffix(":") && parts[1].isEmpty && !parts[2].isEmpty
            else {
                throw ValidationError(
                    "--cors-origin (VISION_SERVER_CORS_ORIGIN) is \"\(origin)\": it must be an origin without a path, "
                        + "such as https://example.org, or *.")
            }
            return origin
        }
    }

    func hosts(_ settings: Settings) throws -> [String] {
        let names = allowedHost.isEmpty ? settings.list("allowed-hosts", []) : allowedHost
        for name in names where HostRule.name(in: name) == nil {
            throw ValidationError(
                "--allowed-host (VISION_SERVER_ALLOWED_HOSTS) is \"\(name)\": it must be a name without scheme and path, "
                    + "such as vision.example.org.")
        }
        return names
    }

    func connectionLimits(_ settings: Settings) throws -> ConnectionLimits {
        ConnectionLimits(
            reading: try settings.number("read-timeout", readTimeout, in: 1...86400) ?? 30,
            writing: try settings.number("write-timeout", writeTimeout, in: 1...86400) ?? 30)
    }
}
