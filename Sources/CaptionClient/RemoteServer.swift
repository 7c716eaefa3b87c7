import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import VisionAPITypes

/// A vision server, as seen from here.
package struct RemoteServer: Sendable {
    package let address: ServerAddress
    private let client: HTTPClient
    private let key: String?
    private let timeout: Duration?

    /// How many pictures a server can be sent at once.
    package static let maxJobs = 64

    /// The largest answer that is read.
    private static let maxAnswer = 64 << 20

    /// What the environment says about every server.
    package struct Settings: Sendable {
        package let key: String?
        package let timeout: Duration?
        package let proxies: ProxySettings

        /// Reads `VISION_API_KEY`, `VISION_TIMEOUT` and the proxies.
        /// - Throws: `ClientError`.
        package init(environment: [String: String]) throws(ClientError) {
            let key = environment["VISION_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
            guard key?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true else { throw .badKey }
            self.key = key
            timeout = try Self.timeout(environment["VISION_TIMEOUT"])
            proxies = ProxySettings(environment: environment)
        }

        private static func timeout(_ text: String?) throws(ClientError) -> Duration? {
            guard let text, !text.isEmpty else { return nil }
            guard let seconds = Double(text), seconds >= 0, seconds < 1e9 else { throw .badTimeout(text) }
            return seconds > 0 ? .seconds(seconds) : nil
        }
    }

    /// - Throws: `ClientError.badProxy`.
    package init(_ address: ServerAddress, settings: Settings) throws(ClientError) {
        self.address = address
        key = settings.key
        timeout = settings.timeout
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.maxJobs
        if let proxy = try settings.proxies.proxy(for: address) {
            let authorization = proxy.user.map {
                HTTPClient.Authorization.basic(username: $0, password: proxy.password ?? "")
            }
            configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Must be called before the last copy goes.
    package func close() async {
        try? await client.shutdown()
    }

    /// The name of the server's model.
    /// - Throws: `ClientError.server`.
    package func model() async throws -> String { try await get("/model") }

    /// The prompts that the server lists.
    /// - Throws: `ClientError.server`.
    package func prompts() async throws -> [String] { try await get("/prompts") }

    /// Asks about one picture.
    package func ask(_ question: Question, about picture: PictureFile) async -> Reply {
        do {
            let body = try RequestBody(question, picture: picture)
            var request = request("/process_image")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .stream(body, length: .known(body.length))
            let (head, bytes) = try await send(request)
            return Reply(
                status: Int(head.status.code), retryAfter: head.headers.first(name: "Retry-After"),
                location: head.headers.first(name: "Location"), body: bytes, server: address)
        } catch {
            return Reply(connectionError: error, server: address, timeout: timeout)
        }
    }

    private func get<Value: Decodable>(_ path: String) async throws -> Value {
        let reply: Reply
        do {
            let (head, bytes) = try await send(request(path))
            if head.status == .ok, let value = try? JSONDecoder().decode(Value.self, from: bytes) { return value }
            reply = Reply(
                status: Int(head.status.code), retryAfter: nil, location: head.headers.first(name: "Location"),
                body: bytes, server: address)
        } catch {
            reply = Reply(connectionError: error, server: address, timeout: timeout)
        }
        throw ClientError.server(reply.sentence)
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text + path)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "vision-client")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private func send(_ request: HTTPClientRequest) async throws -> (HTTPClientResponse, Data) {
        let deadline = timeout.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
        let response = try await client.execute(request, deadline: deadline)
        let body = try await response.body.collect(upTo: Self.maxAnswer)
        return (response, Data(body.readableBytesView))
    }
}

extension RemoteServer {
    /// Asks about one picture, and again as long as the server is busy and there is time.
    /// - Parameter onWait: gets the server's sentence each time before it is asked again.
    /// - Throws: `ClientError.server`.
    package func answer(
        _ question: Question, about picture: PictureFile, onWait: (String) -> Void
    ) async throws -> JSONValue {
        let start = ContinuousClock.now
        while true {
            let reply = await ask(question, about: picture)
            switch reply {
            case .answered(let result):
                return result
            case .busy(let sentence, let retryAfter):
                if let timeout, ContinuousClock.now + retryAfter - start > timeout {
                    throw ClientError.server("\(sentence) (VISION_TIMEOUT is over before that.)")
                }
                onWait(sentence)
                try await Task.sleep(for: retryAfter)
            case .unreachable, .lost, .refused, .unusable:
                throw ClientError.server(reply.sentence)
            }
        }
    }
}
