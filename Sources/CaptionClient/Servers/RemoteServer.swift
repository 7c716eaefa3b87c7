import Foundation
import Transfers
package import VisionAPITypes

/// A vision server, as seen from here.
package struct RemoteServer: Sendable {
    package let address: ServerAddress
    let client = HTTPClient()
    private let proxy: HTTPProxy?
    let settings: Settings

    /// How many images a server can be sent at once.
    package static let maxJobs = 64

    /// The largest answer that is read.
    static let maxAnswer = 64 << 20

    /// What the environment says about every server.
    package struct Settings: Sendable {
        package let key: String?
        package let timeout: Duration?
        package let proxies: ProxyEnvironment
        let authorities: TrustedAuthorities?

        /// Reads `VISION_API_KEY`, `VISION_TIMEOUT`, the proxies and what names certificates.
        /// - Throws: `ClientError`.
        package init(environment: [String: String]) throws(ClientError) {
            let key = environment["VISION_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
            guard key?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true else { throw .badKey }
            self.key = key
            timeout = try Self.timeout(environment["VISION_TIMEOUT"])
            proxies = ProxyEnvironment(environment: environment)
            authorities = TrustedAuthorities(environment: environment)
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
        self.settings = settings
        proxy = try settings.proxies.proxy(for: address)
    }

    /// Ends what is under way; nothing can be asked afterwards.
    package func close() async {
        await client.shutdown()
    }

    /// The name of the server's model.
    /// - Throws: `ClientError.server`.
    package func model() async throws -> String { try await get("/model") }

    /// The prompts that the server lists.
    /// - Throws: `ClientError.server`.
    package func prompts() async throws -> [String] { try await get("/prompts") }

    /// Asks about one image.
    package func ask(_ question: CaptionQuery, about image: ImageFile) async -> Reply {
        do {
            var request = request(.post, "/process_image")
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = try RequestBody(question, image: image)
            let (head, bytes) = try await send(request)
            return Reply(
                status: head.status, retryAfter: head.headers.first(name: "Retry-After"),
                location: head.headers.first(name: "Location"),
                imageSize: head.headers.first(name: ImageSize.header), body: bytes, server: address)
        } catch {
            return Reply(connectionError: error, server: address, timeout: settings.timeout)
        }
    }

    private func get<Value: Decodable>(_ path: String) async throws -> Value {
        let reply: Reply
        do {
            let (head, bytes) = try await send(request(.get, path))
            if head.status == 200, let value = try? JSONDecoder().decode(Value.self, from: bytes) { return value }
            reply = Reply(
                status: head.status, retryAfter: nil, location: head.headers.first(name: "Location"),
                body: bytes, server: address)
        } catch {
            reply = Reply(connectionError: error, server: address, timeout: settings.timeout)
        }
        throw ClientError.server(reply.sentence)
    }

    func request(
        _ method: TransferRequest.Method, _ path: String, accept: String = "application/json"
    ) -> TransferRequest {
        var request = TransferRequest(method, address.text + path)
        request.headers.add(name: "Accept", value: accept)
        request.headers.add(name: "User-Agent", value: "vision-client")
        if let key = settings.key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.proxy = proxy
        request.authorities = settings.authorities?.path
        request.timeout = settings.timeout
        return request
    }

    private func send(_ request: TransferRequest) async throws -> (AnswerHead, Data) {
        let answer = try await client.send(request)
        return (answer.head, try await whole(answer))
    }

    /// The body of an answer.
    func whole(_ answer: HTTPAnswer) async throws -> Data {
        if answer.status == 407, proxy != nil { throw TransferError.proxy(status: 407) }
        var body = Data()
        do {
            for try await part in answer.body {
                guard part.count <= Self.maxAnswer - body.count else { throw TransferError.tooLong }
                body += part
            }
        } catch TransferError.closed where answer.status >= 400 {
            // A server may refuse a large image, answer, and hang up before it has read all of it.
        }
        return body
    }
}

extension RemoteServer {
    /// Asks about one image, and again as long as the server is busy and there is time.
    /// - Parameters:
    ///   - patience: how long a server without a model is asked again.
    ///   - onWait: gets the server's sentence each time before it is asked again; once while there is no model.
    /// - Throws: `ClientError.server`, `.noModel`.
    package func answer(
        _ question: CaptionQuery, about image: ImageFile, patience: Duration, onWait: (String) -> Void
    ) async throws -> (result: AnyJSON, imageSize: ImageSize?) {
        let start = ContinuousClock.now
        var withoutModelSince: ContinuousClock.Instant?
        while true {
            let reply = await ask(question, about: image)
            switch reply {
            case .answered(let result, let imageSize, _):
                return (result, imageSize)
            case .busy(let sentence, let retryAfter):
                if let timeout = settings.timeout, ContinuousClock.now + retryAfter - start > timeout {
                    throw ClientError.server("\(sentence) (VISION_TIMEOUT is over before that.)")
                }
                withoutModelSince = nil
                onWait(sentence)
                try await Task.sleep(for: retryAfter)
            case .noModel(let sentence, let retryAfter):
                let now = ContinuousClock.now
                let lastTime = settings.timeout.map { start + $0 } ?? now + patience
                let end = min((withoutModelSince ?? now) + patience, lastTime)
                guard now < end else { throw ClientError.noModel(sentence) }
                if withoutModelSince == nil {
                    onWait("\(sentence) (It is asked again for \(patience.components.seconds) s.)")
                    withoutModelSince = now
                }
                try await Task.sleep(until: min(now + retryAfter, end), clock: .continuous)
            case .unreachable, .lost, .refused, .unusable, .misasked:
                throw ClientError.server(reply.sentence)
            }
        }
    }
}
