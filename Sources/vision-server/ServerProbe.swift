import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Asks what listens to a port whether it is a vision server.
enum ServerProbe {
    enum Finding: Equatable {
        /// A server that tells what it is doing.
        case server(version: String, model: String, state: String)
        /// A server that tells only who has a key.
        case locked
        /// A server that has other keys than those that it was shown.
        case wrongKey
        case other
    }

    /// Waits two seconds at the most for each part of the answer.
    ///
    /// - Parameter keys: Shown only to who says as a vision server does that it wants one: it may be somebody else.
    static func ask(host: String, port: Int, keys: [String]) -> Finding {
        let finding = ask(host, port, key: nil)
        guard finding == .locked else { return finding }
        let findings = keys.map { ask(host, port, key: $0) }
        let server = findings.first { if case .server = $0 { true } else { false } }
        return server ?? findings.first ?? .locked
    }

    private static func ask(_ host: String, _ port: Int, key: String?) -> Finding {
        guard let answer = answer(to: "/status", host, port, key: key), let body = answer.body else { return .other }
        if answer.status == 200, let status = try? JSONDecoder().decode(Status.self, from: body) {
            return .server(version: status.version, model: status.model, state: status.state)
        }
        let refusal = try? JSONDecoder().decode(Refusal.self, from: body)
        guard answer.status == 401, let refusal else { return .other }
        if key != nil { return .wrongKey }
        return refusal.detail.hasPrefix("This server wants a key.") ? .locked : .other
    }

    private struct Status: Decodable {
        let version: String
        let model: String
        let state: String
    }

    private struct Refusal: Decodable {
        let detail: String
    }

    private struct Answer {
        let status: Int
        let body: Data?
    }

    private static func answer(to path: String, _ host: String, _ port: Int, key: String?) -> Answer? {
        guard let descriptor = connection(host, port) else { return nil }
        defer { close(descriptor) }
        let shown = key.map { "x-api-key: \($0)\r\n" } ?? ""
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(shown)Connection: close\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, noSignal) == request.count else { return nil }
        let answer = received(descriptor)
        let words = String(decoding: answer.prefix(20), as: UTF8.self).split(separator: " ")
        guard words.count > 1, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
        return Answer(status: status, body: answer.range(of: Data("\r\n\r\n".utf8)).map { answer[$0.upperBound...] })
    }

    private static func connection(_ host: String, _ port: Int) -> Int32? {
        // Who listens to every address is asked at this machine's own.
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
        return PortProbe.withAddress(host, port) { address in
            let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            guard descriptor >= 0 else { return nil }
            var limit = timeval(tv_sec: 2, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
                close(descriptor)
                return nil
            }
            return descriptor
        } ?? nil
    }

    /// What comes until the other side closes, 64 KB have come, or nothing comes for a while.
    private static func received(_ descriptor: Int32) -> Data {
        var (data, buffer) = (Data(), [UInt8](repeating: 0, count: 16 << 10))
        while data.count < 64 << 10 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            data.append(contentsOf: buffer[..<count])
        }
        return data
    }

    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let noSignal: Int32 = 0
    #endif
}
