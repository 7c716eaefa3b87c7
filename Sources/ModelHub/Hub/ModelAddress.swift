import Foundation

/// What people write for a model on the hub, taken apart: `owner/name`, `owner/name@revision`, a short name, or the
/// address of a page of huggingface.co.
struct ModelAddress: Equatable {
    /// `owner/name` where the text is right; nothing is checked yet.
    let id: String
    let revision: String?

    private static let hosts: Set<String> = ["huggingface.co", "www.huggingface.co", "hf.co"]
    /// What stands between a model and its revision in the address of a page.
    private static let views: Set<Substring> = ["tree", "blob", "resolve", "raw", "commit", "commits"]

    /// Whether the text begins like the address of a page.
    static func isAddress(_ text: String) -> Bool {
        hasScheme(text) || hosts.contains { text.lowercased().hasPrefix($0 + "/") }
    }

    private static func hasScheme(_ text: String) -> Bool {
        ["http://", "https://"].contains { text.lowercased().hasPrefix($0) }
    }

    /// - Throws: `ModelHubError.invalidName` for an address of something else than a model.
    init(_ text: String) throws(ModelHubError) {
        guard Self.isAddress(text) else {
            self = Self(withRevision: text)
            return
        }
        let plain = text.prefix { $0 != "?" && $0 != "#" }
        var parts = plain.split(separator: "/")
        if Self.hasScheme(text) { parts.removeFirst() }
        guard let host = parts.first, Self.hosts.contains(host.lowercased()) else {
            throw ModelHubError.invalidName(text, reason: "an address must be one of huggingface.co")
        }
        parts.removeFirst()
        guard parts.count >= 2, !["datasets", "spaces", "docs", "collections"].contains(parts[0]) else {
            throw ModelHubError.invalidName(text, reason: "it is no address of a model's page")
        }
        self = Self(page: parts)
    }

    /// `owner/name@revision`, with a slash at the end or without.
    private init(withRevision text: String) {
        let at = text.firstIndex(of: "@")
        let name = text[..<(at ?? text.endIndex)]
        let trimmed = name.last == "/" && name.count > 1 ? name.dropLast() : name
        id = ModelRepository.shortNames[String(trimmed)] ?? String(trimmed)
        revision = at.map { String(text[text.index(after: $0)...]) }
    }

    /// `owner/name/tree/main/...`; a slash in a revision is `%2F` there, but the hub takes `refs/pr/20` as it is, too.
    private init(page parts: [Substring]) {
        id = parts.prefix(2).joined(separator: "/")
        guard parts.count > 3, Self.views.contains(parts[2]) else {
            revision = nil
            return
        }
        let rest = parts.dropFirst(3).map(String.init)
        let isReference = rest.count > 2 && rest[0] == "refs"
        revision = isReference ? rest.prefix(3).joined(separator: "/") : rest[0].removingPercentEncoding ?? rest[0]
    }
}
