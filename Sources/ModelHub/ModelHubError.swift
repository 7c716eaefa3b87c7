/// What can go wrong on the way from a model's name to its files. No error carries the token or a signed address.
public enum ModelHubError: Error, Equatable, Sendable {
    /// A name that no model on the hub can have.
    case invalidName(String, reason: String)
    /// A revision that no repository can have.
    case invalidRevision(String, reason: String)
    /// An environment variable that cannot be used; its value may be a secret and is not shown.
    case invalidSetting(String, reason: String)
    /// The network is not to be used, and the cache lacks files.
    case offline(repository: String, missing: [String])
    /// The hub cannot be asked, and the cache lacks files.
    case unreachable(repository: String, missing: [String], host: String, reason: String)
    /// The hub knows no such repository, or does not tell without a token.
    case notFound(repository: String, hasToken: Bool)
    /// The repository has no such branch, tag or commit.
    case revisionNotFound(String, repository: String)
    /// Whoever wants the files must first accept the owner's terms.
    case gated(repository: String, hasToken: Bool)
    /// The hub does not accept the token.
    case tokenRefused
    /// The repository is not a Florence-2 model.
    case notFlorence2(repository: String, reason: String)
    /// The weights are there as a Python pickle only.
    case pickledWeights(repository: String)
    /// A file that the model needs is not in the repository.
    case missingFile(String, repository: String)
    /// A request was tried as often as it is worth.
    case gaveUp(host: String, reason: String, tries: Int)
    /// The proxy, with its port, lets nobody through without a name and a password, or not with these.
    case proxyRefused(String, hasName: Bool)
    /// An answer that trying again does not change.
    case refused(host: String, status: Int)
    /// A page for people came instead of a file.
    case webPage(host: String)
    /// An answer that says nothing usable.
    case badAnswer(host: String, reason: String)
    /// A redirect that must not be followed.
    case badRedirect(host: String, reason: String)
    /// The bytes are not those that the hub has promised.
    case wrongChecksum(file: String, repository: String)
    /// Files in the cache are damaged, and the cache cannot be written to, so that they stay as they are.
    case damagedForGood(files: [String], repository: String, reason: String)
    /// The disk has too little room.
    case noSpace(folder: String, neededBytes: Int, freeBytes: Int)
    /// The cache cannot be written to.
    case notWritable(path: String, reason: String)
    /// The disk failed.
    case disk(path: String, reason: String)
}

extension ModelHubError {
    /// Whether the same request may succeed later although nobody changes anything here.
    public var isTemporary: Bool {
        switch self {
        case .gaveUp, .unreachable, .webPage, .badAnswer: true
        default: false
        }
    }
}

extension ModelHubError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidName(let name, let reason):
            "\"\(shortened(name))\" cannot be a model on the hub: \(reason)."
        case .invalidRevision(let revision, let reason):
            "\"\(shortened(revision))\" cannot be a revision: \(reason)."
        case .invalidSetting(let variable, let reason):
            "The environment variable \(variable) cannot be used: \(reason)."
        case .offline(let repository, let missing):
            """
            The model \(repository) is not complete in the cache, and HF_HUB_OFFLINE forbids to fetch what is missing: \
            \(missing.joined(separator: ", ")). Unset HF_HUB_OFFLINE once, or copy the cache from a machine that has it.
            """
        case .unreachable(let repository, let missing, let host, let reason):
            """
            The model \(repository) is not complete in the cache, and \(host) cannot be asked for what is missing \
            (\(missing.joined(separator: ", "))): \(reason). Check the network, HTTPS_PROXY and HF_ENDPOINT.
            """
        case .notFound, .revisionNotFound, .gated, .tokenRefused: accessDescription
        case .notFlorence2, .pickledWeights, .missingFile: contentDescription
        case .gaveUp, .proxyRefused, .refused, .webPage, .badAnswer, .badRedirect: networkDescription
        case .wrongChecksum, .damagedForGood, .noSpace, .notWritable, .disk: diskDescription
        }
    }

    private var accessDescription: String {
        switch self {
        case .notFound(let repository, let hasToken):
            "The hub has no model \(repository). Check the spelling."
                + (hasToken
                    ? " If it is private, the token (HF_TOKEN) must be of somebody who may read it."
                    : " If it is private, set HF_TOKEN to a token of somebody who may read it.")
        case .revisionNotFound(let revision, let repository):
            "The model \(repository) has no revision \(revision). It can be a branch, a tag, or a commit in full."
        case .gated(let repository, let hasToken):
            "The model \(repository) is given only to those who have accepted its terms on its page on the hub."
                + (hasToken
                    ? " The token (HF_TOKEN) is of somebody who has not, or may not read such models."
                    : " Accept them there, then set HF_TOKEN to your token.")
        default:
            "The hub does not accept the token in HF_TOKEN or in the token file. Make a new one, or remove it: public "
                + "models need none."
        }
    }

    private var contentDescription: String {
        switch self {
        case .notFlorence2(let repository, let reason):
            "\(repository) is not a Florence-2 model: \(reason). Nothing more was fetched."
        case .pickledWeights(let repository):
            """
            The repository of \(repository) has no safetensors, only pytorch_model.bin, which can run code when it is \
            opened. Use a copy that somebody has converted, or convert it once with Python (from transformers import \
            AutoModelForCausalLM as M; M.from_pretrained("\(repository)", trust_remote_code=True)\
            .save_pretrained(DIR, safe_serialization=True)) and use --model DIR.
            """
        case .missingFile(let file, let repository):
            "The repository of \(repository) has no \(file), which a Florence-2 model needs. Nothing more was fetched."
        default: ""
        }
    }

    private var networkDescription: String {
        switch self {
        case .gaveUp(let host, let reason, let tries):
            "\(host) did not deliver: \(reason). Tried \(tries) times; what has arrived is kept, the next try goes on."
        case .proxyRefused(let proxy, let hasName):
            (hasName
                ? "The proxy \(proxy) does not accept the name and the password in the variable that names it"
                : "The proxy \(proxy) wants a name and a password")
                + " (HTTPS_PROXY=http://name:password@host:port, with %40 for an @ in them)."
        case .refused(let host, let status):
            "\(host) refused the request with status \(status)."
        case .webPage(let host):
            """
            A web page came from \(host) instead of the file. It is probably the login page of a network or a proxy: \
            log in there, or set HTTPS_PROXY or HF_ENDPOINT.
            """
        case .badAnswer(let host, let reason):
            "The answer of \(host) cannot be used: \(reason). If HF_ENDPOINT is set, it must be a Hugging Face hub."
        case .badRedirect(let host, let reason):
            "\(host) redirects the download, but \(reason), so it is not followed."
        default: ""
        }
    }

    private var diskDescription: String {
        switch self {
        case .wrongChecksum(let file, let repository):
            """
            \(file) of \(repository) arrived twice with other bytes than the hub promises, so it was thrown away. \
            Something between here and the hub changes it: try another network or another HF_ENDPOINT.
            """
        case .damagedForGood(let files, let repository, let reason):
            """
            In the cache \(files.joined(separator: ", ")) of \(repository) cannot be used: cut off, or with other bytes \
            than the hub has. They cannot be fetched again, as the cache cannot be written to: \(reason). Let a user who \
            may write run vision-server download once, or set HF_HOME to a folder that can be written.
            """
        case .noSpace(let folder, let neededBytes, let freeBytes):
            """
            There is no space for the model: \(megabytes(neededBytes)) MB more are needed and \
            \(megabytes(freeBytes)) MB are free in \(folder). Make room, or set HF_HOME to a folder on another disk.
            """
        case .notWritable(let path, let reason):
            "The cache cannot be written to: \(path): \(reason). Set HF_HOME to a folder that can be."
        case .disk(let path, let reason):
            "The disk failed: \(path): \(reason)."
        default: ""
        }
    }

    private func megabytes(_ bytes: Int) -> Int { bytes / 1_000_000 + (bytes % 1_000_000 == 0 ? 0 : 1) }
}

/// Text of others for a sentence: of bounded length, without what could disturb a terminal.
func shortened(_ text: String) -> String {
    let visible = text.unicodeScalars.prefix(101).map { $0.value < 32 || $0.value == 127 ? "?" : String($0) }
    return visible.prefix(100).joined() + (visible.count > 100 ? "..." : "")
}
