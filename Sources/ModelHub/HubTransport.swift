import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1

/// Sends requests to the hub and follows its redirects. The token goes to the hub alone, and only where nobody can
/// read along.
actor HubTransport {
    /// An answer, and the address that gave it in the end.
    struct Answer: Sendable {
        let url: URL
        let origin: Origin
        let status: Int
        let headers: HTTPHeaders
        let body: HTTPClientResponse.Body

        /// Whether a page for people came.
        var isWebPage: Bool {
            headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/html") ?? false
        }
    }

    private let configuration: HubConfiguration
    private let readTimeout: Int
    private var clients: [ProxyAddress?: HTTPClient] = [:]

    /// - Parameter readTimeout: Seconds without a byte after which a request fails.
    init(configuration: HubConfiguration, readTimeout: Int) {
        self.configuration = configuration
        self.readTimeout = readTimeout
    }

    /// Closes all connections; nothing can be sent afterwards.
    func shutdown() async {
        for client in clients.values { try? await client.shutdown() }
        clients = [:]
    }

    /// Sends a request and follows redirects.
    /// - Parameters:
    ///   - leavesHub: Whether a redirect to another host is followed; else its answer is given back.
    ///   - headers: What to send to an origin, besides what every request carries.
    /// - Throws: `TemporaryFailure` where the connection fails, `ModelHubError`, `CancellationError`.
    func send(
        _ method: HTTPMethod, _ url: URL, leavesHub: Bool = true,
        headers: @Sendable (Origin) -> HTTPHeaders = { _ in [:] }
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
        _ method: HTTPMethod, _ url: URL, _ origin: Origin, _ headers: HTTPHeaders
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        request.headers = headers
        request.headers.add(name: "User-Agent", value: "florence2-visionapi")
        request.headers.add(name: "Accept-Encoding", value: "identity")
        if let token = configuration.token, origin == configuration.endpoint.origin, origin.isPrivate {
            request.headers.add(name: "Authorization", value: token.authorization)
        }
        do {
            let response = try await client(for: origin).execute(request, deadline: .distantFuture)
            return Answer(
                url: url, origin: origin, status: Int(response.status.code), headers: response.headers,
                body: response.body)
        } catch {
            throw connectionFailure(error, origin)
        }
    }

    /// What an error of the connection means, in words.
    nonisolated func connectionFailure(_ error: any Error, _ origin: Origin) -> any Error {
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        let reason =
            switch error as? HTTPClientError {
            case .readTimeout?: "no byte came for \(readTimeout) s"
            case .connectTimeout?: "no connection came about within \(configuration.metadataTimeout) s"
            case .remoteConnectionClosed?: "the connection was closed in the middle"
            case .proxyAuthenticationRequired?:
                "the proxy wants a name and a password (HTTPS_PROXY=http://name:password@host)"
            case .invalidProxyResponse?: "the proxy did not let the connection through"
            default: ConnectionReason.text(error, host: origin.displayName)
            }
        return TemporaryFailure(host: origin.displayName, reason: reason)
    }

    private func client(for origin: Origin) -> HTTPClient {
        let proxy = configuration.proxies.proxy(for: origin)
        if let client = clients[proxy] { return client }
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: .seconds(Int64(configuration.metadataTimeout)), read: .seconds(Int64(readTimeout))),
            proxy: proxy.map(Self.proxy), decompression: .disabled)
        settings.httpVersion = .http1Only
        // Whoever asks tries again, with pauses that can be tested.
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        clients[proxy] = client
        return client
    }

    private static func proxy(_ address: ProxyAddress) -> HTTPClient.Configuration.Proxy {
        switch address.kind {
        case .socks: .socksServer(host: address.host, port: address.port)
        case .http:
            .server(
                host: address.host, port: address.port,
                authorization: address.user.map { .basic(username: $0, password: address.password ?? "") })
        }
    }
}
