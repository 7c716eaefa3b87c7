import ArgumentParser
import HTTPDoor

/// Who may come in, how much they may bring, and how long they may take.
struct DoorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Key that clients must show; repeatable; the variable hides it from other users of this machine. "
                + "[env: VISION_SERVER_API_KEYS, separated by commas]",
            valueName: "key"))
    var apiKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "Origin of web pages that may use the server, such as https://example.org; repeatable; * is any. "
                + "[env: VISION_SERVER_CORS_ORIGIN, separated by commas] (default: none)",
            valueName: "origin"))
    var corsOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "Name that a proxy passes on as Host, such as vision.example.org; repeatable. "
                + "[env: VISION_SERVER_ALLOWED_HOSTS, separated by commas] (default: none)",
            valueName: "name"))
    var allowedHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Maximum size of a request. [env: VISION_SERVER_MAX_BODY] (default: 32MB)", valueName: "bytes"))
    var maxBody: String?

    @Option(
        help: ArgumentHelp(
            "Maximum open connections; one more closes the longest idle one. "
                + "[env: VISION_SERVER_MAX_CONNECTIONS] (default: 1024)",
            valueName: "connections"))
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "Time that a client may take to send a request. [env: VISION_SERVER_READ_TIMEOUT] (default: 30)",
            valueName: "seconds"))
    var readTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "Time that a client may take to receive the answer. [env: VISION_SERVER_WRITE_TIMEOUT] (default: 30)",
            valueName: "seconds"))
    var writeTimeout: Int?

    @Option(help: ArgumentHelp("Seconds after which a quiet stream shows that it lives.", visibility: .hidden))
    var silence: Double?

    /// The keys as they were given, right or wrong.
    func givenKeys(_ settings: Settings) -> [String] {
        apiKey.isEmpty ? settings.list("api-keys", []) : apiKey
    }

    /// - Throws: also where the variable is set but names no key: a mistake there must not open the door.
    func keys(_ settings: Settings) throws -> APIKeys {
        let keys = givenKeys(settings)
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

    func connectionTimeouts(_ settings: Settings) throws -> ConnectionTimeouts {
        ConnectionTimeouts(
            reading: try settings.number("read-timeout", readTimeout, in: 1...86400) ?? 30,
            writing: try settings.number("write-timeout", writeTimeout, in: 1...86400) ?? 30,
            silence: silence.map { .seconds(min(max($0, 0.001), 86400)) })
    }
}
