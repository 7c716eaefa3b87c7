/// A model on the hub: `owner/name` and one of its revisions, both valid as parts of paths and of addresses.
public struct ModelRepository: Sendable, Hashable, CustomStringConvertible {
    public let owner: String
    public let name: String
    /// A branch, a tag, or a commit in full.
    public let revision: String

    /// What people may write instead of the full name.
    public static let shortNames = [
        "large": "MiaoshouAI/Florence-2-large-PromptGen-v2.0",
        "base": "MiaoshouAI/Florence-2-base-PromptGen-v2.0",
    ]

    /// - Parameters:
    ///   - text: `owner/name`, a short name, or the address of a model's page; `@revision` may follow a name.
    ///   - revision: `nil`: what the text says, or else `main`.
    /// - Throws: `ModelHubError.invalidName` or `.invalidRevision`, with what is wrong.
    public init(_ text: String, revision: String? = nil) throws(ModelHubError) {
        let address = try ModelAddress(text)
        let parts = address.id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw ModelHubError.invalidName(text, reason: "it must be owner/name, with one slash")
        }
        if let own = address.revision, let revision, own != revision {
            throw ModelHubError.invalidRevision(revision, reason: "the model's name says \(shortened(own))")
        }
        let revision = address.revision ?? revision ?? "main"
        for part in parts {
            if let reason = Self.fault(of: part) { throw ModelHubError.invalidName(text, reason: reason) }
        }
        if let reason = Self.fault(ofRevision: revision) {
            throw ModelHubError.invalidRevision(revision, reason: reason)
        }
        owner = parts[0]
        name = parts[1]
        self.revision = revision
    }

    private init(owner: String, name: String, commit: String) {
        self.owner = owner
        self.name = name
        revision = commit
    }

    /// Whether `text` is the address of a page, and so no path of a file.
    public static func isAddress(_ text: String) -> Bool { ModelAddress.isAddress(text) }

    /// The same model at one commit.
    func pinned(to commit: String) -> ModelRepository {
        ModelRepository(owner: owner, name: name, commit: commit)
    }

    /// `owner/name`.
    public var id: String { "\(owner)/\(name)" }

    public var description: String { revision == "main" ? id : "\(id) at \(revision)" }

    /// Whether the revision is a commit and so can never come to mean another one.
    var isPinned: Bool { Self.isCommit(revision) }

    /// Whether `text` is a commit in full.
    static func isCommit(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy(isLowercaseHexDigit)
    }
}

extension ModelRepository {
    /// The hub's own rules for names, which also keep them inside one folder; `nil` where nothing is wrong.
    private static func fault(of part: String) -> String? {
        let reservedEnds = [".git", ".ipynb", ".lock"]
        return if part.isEmpty {
            "owner and name must not be empty"
        } else if part.utf8.count > 96 {
            "owner and name have at most 96 characters each"
        } else if !part.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.".utf8.contains($0) }) {
            "only the letters a to z, digits, and - _ . can be in it"
        } else if !isPlain(part.utf8.first) || !isPlain(part.utf8.last) {
            "owner and name must not begin or end with - or ."
        } else if part.contains("--") || part.contains("..") {
            "two dashes or two dots in a row cannot be in it"
        } else if let end = reservedEnds.first(where: { part.lowercased().hasSuffix($0) }) {
            "it must not end with \(end)"
        } else {
            nil
        }
    }

    /// What git allows as a reference and is harmless as a path below `refs`; `nil` where nothing is wrong.
    private static func fault(ofRevision revision: String) -> String? {
        let components = revision.split(separator: "/", omittingEmptySubsequences: false)
        return if revision.isEmpty {
            "it is empty"
        } else if revision.utf8.count > 200 {
            "it has more than 200 characters"
        } else if !revision.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.+/".utf8.contains($0) }) {
            "only the letters a to z, digits, and - _ . + / can be in it"
        } else if !components.allSatisfy({ isPlain($0.utf8.first) && $0.utf8.last != UInt8(ascii: ".") }) {
            "each part between slashes must begin with a letter or a digit and must not end with a dot"
        } else if revision.contains("..") || components.contains(where: { $0.hasSuffix(".lock") }) {
            "\"..\" and \".lock\" cannot be in it"
        } else {
            nil
        }
    }

    private static func isPlain(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return isLetterOrDigit(byte) || byte == UInt8(ascii: "_")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// Whether a byte is one of `0` to `9` and `a` to `f`, as hashes are written.
func isLowercaseHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
