import Foundation
import Transfers

/// Sends requests to the hub and follows its redirects. The token goes to the hub alone, and only where nobody can
/// read along.
struct HubTransport: Sendable {
    /// An answer, and the address that gave it in the end.
    struct Answer: Sendable {
        let url: URL
        let origin: Origin
        let status: Int
        let headers: Headers
        let body: HTTPAnswer.Body

        /// Whether a page for people came.
        var isWebPage: Bool {
            headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") ?? false
        }
    }

    private let configuration: HubConfiguration
    private let readTimeout: Int
    private let client = HTTPClient()

    /// - Parameter readTimeout: Seconds without a byte after which a request fails.
    init(configuration: HubConfiguration, readTimeout: Int) {
        self.configuration = configuration
        self.readTimeout = readTimeout
    }

    /// Closes all connections; nothing can be sent afterwards.
    func shutdown() async {
        await client.shutdown()
    }

    /// Sends a request and follows redirects.
    /// - Parameters:
    ///   - leavesHub: Whether a redirect to another host is followed; else its answer is given back.
    ///   - headers: What to send to an origin, besides what every request carries.
    /// - Throws: `TemporaryFailure` where the connection fails, `ModelHubError`, `CancellationError`.
    func send(
        _ method: TransferRequest.Method, _ url: URL, leavesHub: Bool = true,
        headers: (Origin) -> Headers = { _ in [:] }
    ) async throws -> Answer {
        var url = url
        for _ in 0...Redirect.maximumHops {
            guard let origin = Origin(url) else {
                throw ModelHubError.badRedirect(
                    host: configuration.hubHost, reason: "the address that it names is none")
            }
            let answer = try await exchange(method, url, origin, headers(origin))
            guard [301, 302, 303, 307, 308].contains(answer.status) else { return answer }
            let target = try Redirect.target(of: answer.headers.first(name: "Location"), from: url)
            if !leavesHub && Origin(target) != origin { return answer }
            url = target
        }
        throw ModelHubError.badRedirect(
            host: configuration.hubHost, reason: "it has led on \(Redirect.maximumHops) times without an end")
    }

    private func exchange(
        _ method: TransferRequest.Method, _ url: URL, _ origin: Origin, _ headers: Headers
    ) async throws -> Answer {
        let proxy = configuration.proxies.proxy(for: origin)
        var request = TransferRequest(method, url.absoluteString)
        request.headers = headers
        request.headers.add(name: "User-Agent", value: "florence2-visionapi")
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let token = configuration.token, origin == configuration.endpoint.origin, configuration.isHubPrivate {
            request.headers.add(name: "Authorization", value: token.authorization)
        }
        request.proxy = proxy
        request.authorities = configuration.authorities?.path
        request.connectTimeout = .seconds(configuration.metadataTimeout)
        request.idleTimeout = .seconds(readTimeout)
        do {
            let answer = try await client.send(request)
            // Of a request that it was to pass on, a proxy says it like this.
            if answer.status == 407, proxy != nil { throw TransferError.proxy(status: 407) }
            return Answer(url: url, origin: origin, status: answer.status, headers: answer.headers, body: answer.body)
        } catch {
            throw connectionFailure(error, origin)
        }
    }

    /// What an error of the connection means, in words.
    func connectionFailure(_ error: any Error, _ origin: Origin) -> any Error {
        guard !Task.isCancelled, let error = error as? TransferError else { return CancellationError() }
        let host = origin.displayName
        switch error {
        case .proxy(status: 407):
            guard let proxy = configuration.proxies.proxy(for: origin) else { break }
            return ModelHubError.proxyRefused(proxy.authority, hasName: proxy.user != nil)
        case .authorities:
            guard let authorities = configuration.authorities else { break }
            return ModelHubError.invalidSetting(
                authorities.variable, reason: "there are no certificates that can be read where it points to")
        case .idle: return TemporaryFailure(host: host, reason: "no byte came for \(readTimeout) s")
        case .connectTimeout:
            let reason = "no connection came about within \(configuration.metadataTimeout) s"
            return TemporaryFailure(host: host, reason: reason)
        default: break
        }
        return TemporaryFailure(host: host, reason: ConnectionReason.text(error, host: host))
    }
}
