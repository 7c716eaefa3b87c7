package import Foundation

/// Scheme, host and port of an address: what a browser calls its origin.
package struct Origin: Hashable, Sendable {
    let scheme: String
    let host: String
    let port: Int

    /// `nil` where the address is not of the web.
    package init?(_ url: URL) {
        guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(percentEncoded: true)?.lowercased(), !host.isEmpty
        else { return nil }
        self.scheme = scheme
        self.host = host
        port = url.port ?? (scheme == "https" ? 443 : 80)
    }

    /// For sentences: the host, and the port where it is not the usual one.
    var displayName: String { port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)" }

    /// Whether nobody on the way can read what is sent there.
    package var isPrivate: Bool { scheme == "https" || isLoopback }

    private var isLoopback: Bool {
        let address = host.trimmingPrefix("[").prefix { $0 != "]" }
        let bytes = address.split(separator: ".").map { UInt8($0) }
        return address == "localhost" || address == "::1" || bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
    }
}

/// The hub, or a mirror that speaks like it.
struct HubEndpoint: Sendable {
    let origin: Origin
    private let base: String

    /// - Throws: `ModelHubError.invalidSetting` where the text is no address of the web.
    init(_ text: String) throws(ModelHubError) {
        guard let url = URL(string: text), let origin = Origin(url), url.user == nil, url.query == nil else {
            throw ModelHubError.invalidSetting(
                "HF_ENDPOINT", reason: "it must be an address such as https://huggingface.co, without name or password")
        }
        self.origin = origin
        base = text.split(separator: "#")[0].trimmingSuffix("/")
    }

    /// Where the hub tells which files a revision has.
    func listing(of repository: ModelRepository) throws(ModelHubError) -> URL {
        try url("/api/models/\(repository.id)/revision/\(encoded(repository.revision))?blobs=true")
    }

    /// Where the hub gives a file of a commit.
    func file(_ name: String, of repository: ModelRepository, commit: String) throws(ModelHubError) -> URL {
        try url("/\(repository.id)/resolve/\(commit)/\(encoded(name))")
    }

    /// Where the hub tells whose the token is.
    func account() throws(ModelHubError) -> URL {
        try url("/api/whoami-v2")
    }

    private func url(_ path: String) throws(ModelHubError) -> URL {
        guard let url = URL(string: base + path) else {
            throw ModelHubError.invalidSetting("HF_ENDPOINT", reason: "no address can be made of it")
        }
        return url
    }

    /// A slash is part of a revision's name, not of the path.
    private func encoded(_ text: String) -> String {
        text.replacing("+", with: "%2B").replacing("/", with: "%2F")
    }
}

extension StringProtocol {
    /// The text without the characters at its end that equal `character`.
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = String(self)
        while text.last == character { text.removeLast() }
        return text
    }
}
