import Foundation
import Transfers

/// Asks the hub about one repository: which files it has, what they are, and for their bytes.
struct HubClient: Sendable {
    let configuration: HubConfiguration
    let repository: ModelRepository
    /// For questions, which are answered at once.
    let questions: HubTransport
    /// For the files' bytes.
    let downloads: HubTransport

    init(configuration: HubConfiguration, repository: ModelRepository) {
        self.configuration = configuration
        self.repository = repository
        questions = HubTransport(configuration: configuration, readTimeout: configuration.metadataTimeout)
        downloads = HubTransport(configuration: configuration, readTimeout: configuration.downloadTimeout)
    }

    func shutdown() async {
        await questions.shutdown()
        await downloads.shutdown()
    }

    /// The files of the revision.
    func listing() async throws -> RepositoryListing {
        let answer = try await questions.send(.get, try configuration.endpoint.listing(of: repository))
        try check(answer, allowing: [200])
        let body: [UInt8]
        do {
            body = try await answer.body.collect(upTo: 32 << 20)
        } catch TransferError.tooLong {
            throw ModelHubError.badAnswer(host: answer.origin.displayName, reason: "the list of files is too long")
        } catch {
            throw questions.connectionFailure(error, answer.origin)
        }
        let listing: RepositoryListing
        do {
            listing = try RepositoryListing(json: Data(body))
        } catch {
            throw ModelHubError.badAnswer(host: answer.origin.displayName, reason: error.reason)
        }
        guard !repository.isPinned || listing.commit == repository.revision else {
            throw ModelHubError.badAnswer(host: answer.origin.displayName, reason: "it is about another commit")
        }
        return listing
    }

    /// What the hub's headers say about a file: for mirrors whose listing does not tell.
    func details(of file: RemoteFile, commit: String) async throws -> RemoteFile {
        let url = try configuration.endpoint.file(file.name, of: repository, commit: commit)
        let answer = try await questions.send(.head, url, leavesHub: false)
        try check(answer, allowing: [200, 301, 302, 303, 307, 308])
        let tag = answer.headers.first(name: "X-Linked-Etag") ?? answer.headers.first(name: "ETag")
        let length = answer.status == 200 ? answer.headers.first(name: "Content-Length") : nil
        let size = (answer.headers.first(name: "X-Linked-Size") ?? length).flatMap(Int.init)
        return RemoteFile(
            name: file.name, blob: file.blob ?? tag.flatMap { BlobID(entityTag: $0) }, size: file.size ?? size)
    }

    /// A file's bytes from `offset` on, or all of them where the server knows no parts; the answer tells.
    /// - Parameter tags: The ETag that an origin has given to the same file.
    func open(
        _ file: String, commit: String, from offset: Int, tags: [Origin: String]
    ) async throws -> HubTransport.Answer {
        let url = try configuration.endpoint.file(file, of: repository, commit: commit)
        let answer = try await downloads.send(.get, url) { origin in
            guard offset > 0 else { return [:] }
            var headers: Headers = ["Range": "bytes=\(offset)-"]
            if let tag = tags[origin], !tag.hasPrefix("W/") { headers.add(name: "If-Range", value: tag) }
            return headers
        }
        try check(answer, allowing: [200, 206, 416])
        return answer
    }

    /// - Throws: `ModelHubError` where the answer is final, `TemporaryFailure` where asking again may help.
    private func check(_ answer: HubTransport.Answer, allowing statuses: [Int]) throws {
        let host = answer.origin.displayName
        if statuses.contains(answer.status) {
            if answer.isWebPage { throw ModelHubError.webPage(host: host) }
            if let coding = answer.headers.first(name: "Content-Encoding"), coding.lowercased() != "identity" {
                throw ModelHubError.badAnswer(host: host, reason: "it is packed with \(shortened(coding)), unasked")
            }
            return
        }
        // A signed address of another host may have run out: the hub gives a new one.
        let isElsewhere = answer.origin != configuration.endpoint.origin
        if [408, 429].contains(answer.status) || answer.status >= 500 || isElsewhere && answer.status == 403 {
            throw TemporaryFailure(
                host: host, reason: "it answers with status \(answer.status)", retryAfter: retryAfter(answer))
        }
        throw isElsewhere ? ModelHubError.refused(host: host, status: answer.status) : refusal(answer)
    }

    private func retryAfter(_ answer: HubTransport.Answer) -> Duration? {
        guard let text = answer.headers.first(name: "Retry-After"), let seconds = Int(text), seconds >= 0 else {
            return nil
        }
        return .seconds(min(seconds, 86_400))
    }

    /// What the hub means by a status; for a repository that is not there it answers 401 to those without a token.
    private func refusal(_ answer: HubTransport.Answer) -> ModelHubError {
        let hasToken = configuration.hasToken
        let message = answer.headers.first(name: "X-Error-Message") ?? ""
        return switch (answer.status, answer.headers.first(name: "X-Error-Code")) {
        case (_, "RevisionNotFound"?): .revisionNotFound(repository.revision, repository: repository.id)
        case (_, "GatedRepo"?), (403, nil): .gated(repository: repository.id, hasToken: hasToken)
        case (_, "RepoNotFound"?): .notFound(repository: repository.id, hasToken: hasToken)
        case (_, "EntryNotFound"?):
            .missingFile(shortened(answer.url.lastPathComponent), repository: repository.id)
        case (401, _) where message.contains("Invalid credentials") || hasToken && !message.contains("not found"):
            .tokenRefused
        case (401, _), (404, _): .notFound(repository: repository.id, hasToken: hasToken)
        default: .refused(host: answer.origin.displayName, status: answer.status)
        }
    }
}
