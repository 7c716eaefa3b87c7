import Foundation
import Synchronization
import Testing

/// A server on loopback that answers what a test tells it to, on threads of its own: a step may wait.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        /// By lower-case names.
        let headers: [String: String]
        let body: Data
        /// Counts the requests, from 1.
        let number: Int

        /// A field of the JSON body.
        func field(_ name: String) -> Any? {
            (try? JSONSerialization.jsonObject(with: body) as? [String: Any])?[name]
        }

        var prompt: String? { field("prompt") as? String }
        /// The image, as text: the tests' images are words.
        var image: String {
            let base64 = field("image") as? String ?? ""
            return String(decoding: Data(base64Encoded: base64) ?? Data(), as: UTF8.self)
        }
    }

    enum Answer: Sendable {
        case status(Int, String, headers: [String: String] = [:])
        /// Ends the connection without a word.
        case hangUp
        /// The head and the beginning of events, and no more of them before the latch is open.
        case begun(String, Latch)
        /// A result, after which the connection stays for another request.
        case kept(String)
        /// The same, and the server is gone.
        case hangUpForGood

        static func result(_ text: String) -> Answer {
            let json = (try? JSONEncoder().encode(["result": text])).map { String(decoding: $0, as: UTF8.self) }
            return .status(200, json ?? "")
        }

        static func noModel(_ detail: String) -> Answer {
            .status(
                503, #"{"detail":"\#(detail)","code":"model_unavailable"}"#, headers: ["Retry-After": "1"])
        }

        static func busy(_ detail: String, retryAfter: Int = 1) -> Answer {
            .status(503, #"{"detail":"\#(detail)"}"#, headers: ["Retry-After": "\(retryAfter)"])
        }
    }

    let port: Int
    private let listener: Int32
    private let step: @Sendable (Request) -> Answer
    private let received = Mutex<[Request]>([])
    private let isStopped = Mutex(false)

    /// - Parameter port: 0 picks a free one.
    init(port: Int = 0, _ step: @escaping @Sendable (Request) -> Answer) throws {
        self.step = step
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var reuse: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = Self.loopback(port)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else {
            isStopped.withLock { $0 = true }
            close(listener)
            throw NoPort()
        }
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Thread.detachNewThread { [weak self] in self?.serve(connection) }
            }
            self?.isStopped.withLock { $0 = true }
            close(listener)
        }
    }

    deinit {
        stop()
    }

    /// Takes no more connections.
    func stop() {
        // Only once: the descriptor's number may be another's after that.
        isStopped.withLock { isStopped in
            if !isStopped { shutdown(listener, Int32(SHUT_RDWR)) }
            isStopped = true
        }
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { received.withLock { $0 } }
    /// The images, in the order in which they came.
    var images: [String] { requests.map(\.image) }

    /// A port on which nobody listens, and which the system gives to nobody who asks for any port.
    static func freePort() throws -> Int {
        for _ in 0..<100 {
            if let server = try? ScriptedServer(port: .random(in: 20_000..<32_000), { _ in .hangUp }) {
                return server.port
            }
        }
        throw NoPort()
    }

    struct NoPort: Error {}

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        while let request = read(connection) {
            let answer = step(request)
            switch answer {
            case .hangUp: return
            case .hangUpForGood: return stop()
            case .begun(let events, let latch):
                write(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events)
                return latch.pass()
            case .status(let status, let body, let headers):
                return write(connection, status, body, headers.merging(["Connection": "close"]) { $1 })
            case .kept(let text):
                guard case .status(let status, let body, _) = Answer.result(text) else { return }
                write(connection, status, body, [:])
            }
        }
    }

    private func write(_ connection: Int32, _ status: Int, _ body: String, _ headers: [String: String]) {
        var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        write(connection, head + "\r\n" + body)
    }

    private func write(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var head: (text: String, size: Int, length: Int)?
        while true {
            if head == nil, let end = bytes.firstRange(of: Data("\r\n\r\n".utf8)) {
                let text = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let length = Self.headers(text)["content-length"].flatMap(Int.init) ?? 0
                head = (text, end.upperBound, length)
            }
            if let head, bytes.count >= head.size + head.length { break }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        guard let head else { return nil }
        let words = head.text.prefix { $0 != "\r\n" }.split(separator: " ").map(String.init)
        return received.withLock { received in
            let request = Request(
                method: words.first ?? "", path: words.dropFirst().first ?? "", headers: Self.headers(head.text),
                body: Data(bytes.dropFirst(head.size)), number: received.count + 1)
            received.append(request)
            return request
        }
    }

    private static func headers(_ head: String) -> [String: String] {
        head.split(separator: "\r\n").dropFirst().reduce(into: [:]) { headers, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// A latch that threads wait at until a test opens it.
final class Latch: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() {
        semaphore.signal()
    }

    /// Returns when the latch is open, or after a minute.
    func pass() {
        _ = semaphore.wait(timeout: .now() + .seconds(60))
        semaphore.signal()
    }
}
