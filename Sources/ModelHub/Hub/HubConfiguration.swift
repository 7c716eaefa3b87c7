import Foundation
import Transfers

/// Where models come from and where they go, from the variables that Hugging Face's own tools read.
public struct HubConfiguration: Sendable {
    /// The hub that is asked.
    let endpoint: HubEndpoint
    /// The folder that holds `models--owner--name`.
    public let cacheFolder: String
    let token: HubToken?
    /// Whether the network must not be used.
    public let isOffline: Bool
    /// A connection that brings no byte for so many seconds is given up.
    let downloadTimeout: Int
    /// How many seconds a connection may take to come about, and the hub to tell about a file.
    let metadataTimeout: Int
    let proxies: ProxySettings
    /// Who vouches for servers, where that is not for the system to say.
    let authorities: TrustedAuthorities?

    /// - Parameters:
    ///   - environment: The variables; one that is empty counts as unset.
    ///   - home: The user's home folder; by default what `HOME` says.
    /// - Throws: `ModelHubError.invalidSetting`, which names the variable.
    public init(environment: [String: String], home: String? = nil) throws(ModelHubError) {
        let home = home ?? environment["HOME"] ?? NSHomeDirectory()
        let variables = HubEnvironment(variables: environment, home: home)
        let caches = variables.folder("XDG_CACHE_HOME") ?? home + "/.cache"
        let folder = variables.folder("HF_HOME") ?? caches + "/huggingface"
        endpoint = try HubEndpoint(variables.text("HF_ENDPOINT") ?? "https://huggingface.co")
        cacheFolder =
            variables.folder("HF_HUB_CACHE") ?? variables.folder("HUGGINGFACE_HUB_CACHE") ?? folder + "/hub"
        token = try Self.token(variables, file: variables.folder("HF_TOKEN_PATH") ?? folder + "/token")
        isOffline = variables.isOn("HF_HUB_OFFLINE", or: "TRANSFORMERS_OFFLINE")
        downloadTimeout = try variables.seconds("HF_HUB_DOWNLOAD_TIMEOUT") ?? 10
        metadataTimeout = try variables.seconds("HF_HUB_ETAG_TIMEOUT") ?? 10
        proxies = try ProxySettings(variables)
        authorities = TrustedAuthorities(environment: environment)
    }

    /// Name and, where it is unusual, port of the hub.
    public var hubHost: String { endpoint.origin.displayName }

    /// Whether nobody on the way to the hub can read what is sent there; a proxy reads what is not encrypted.
    var isHubPrivate: Bool {
        endpoint.origin.isPrivate && (endpoint.origin.scheme == "https" || proxies.proxy(for: endpoint.origin) == nil)
    }

    /// Whether there is a token that goes to the hub.
    public var hasToken: Bool { token != nil }

    private static func token(_ variables: HubEnvironment, file: String) throws(ModelHubError) -> HubToken? {
        for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
            if let text = variables.text(name) { return try HubToken(text, from: name) }
        }
        guard !variables.isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN"),
            let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8)
        else { return nil }
        return try HubToken(text, from: "HF_TOKEN_PATH")
    }
}

/// Environment variables as Hugging Face's tools understand them.
struct HubEnvironment {
    let variables: [String: String]
    let home: String

    /// `nil` where the variable is unset or empty.
    func text(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the first of the variables that is set says yes.
    func isOn(_ name: String, or other: String? = nil) -> Bool {
        let value = text(name) ?? other.flatMap(text) ?? ""
        return ["1", "on", "yes", "true"].contains(value.lowercased())
    }

    /// A path, with `~` and `$NAME` replaced, from the root on.
    func folder(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        let value = text == "~" || text.hasPrefix("~/") ? home + text.dropFirst() : text
        let expanded = value.replacing(/\$(?:(\w+)|\{(\w+)\})/) { match in
            (match.1 ?? match.2).flatMap { variables[String($0)] } ?? String(match.0)
        }
        return URL(filePath: expanded).standardizedFileURL.path
    }

    /// - Throws: `ModelHubError.invalidSetting` where it is no whole number from 0 to a day; 0 counts as unset.
    func seconds(_ name: String) throws(ModelHubError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let seconds = Int(text), (0...86_400).contains(seconds) else {
            throw ModelHubError.invalidSetting(name, reason: "it must be a whole number of seconds")
        }
        return seconds == 0 ? nil : seconds
    }
}
