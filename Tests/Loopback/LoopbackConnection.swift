import Foundation
package import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A bare TCP connection to this machine, for what no HTTP client would send.
package final class LoopbackConnection: Sendable {
    private let descriptor: Int32

    package struct Failure: Error {
        let operation: String
        let code = errno

        package init(operation: String) {
            self.operation = operation
        }
    }

    package init(port: Int) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(operation: "connect") }
    }

    deinit {
        close(descriptor)
    }

    /// Says that nothing more will be sent, and goes on receiving.
    package func endOutput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// From here on the end of this connection is a reset.
    package func willReset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) throws {
        #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0, flags) }
            guard count > 0 else { throw Failure(operation: "send") }
            sent += count
        }
    }

    /// Everything that comes until the other side closes; where it does not, the test fails.
    package func everything(sourceLocation: SourceLocation = #_sourceLocation) async -> String {
        await receive(until: "no such words", sourceLocation: sourceLocation)
    }

    /// Reads until what came contains `words` or the other side closes; half a minute without either is an issue.
    package func receive(
        until words: String = "\r\n\r\n", sourceLocation: SourceLocation = #_sourceLocation
    ) async -> String {
        // The service of these tests runs on the cooperative pool: waiting must not take its threads.
        let (text, isOver) = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.read(until: words)) }
        }
        if !isOver { Issue.record("nothing more has come, nor the end: \(text)", sourceLocation: sourceLocation) }
        return text
    }

    /// What came, and whether it ended with the words or the connection.
    private func read(until words: String) -> (text: String, isOver: Bool) {
        let words = Data(words.utf8)
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var isOver = true
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            isOver = count >= 0 || errno != EAGAIN
            guard count > 0 else { break }
            // Words may begin in what came before; further back they were looked for already.
            let start = max(0, received.count - words.count)
            received.append(contentsOf: buffer[..<count])
            if received.range(of: words, in: start..<received.count) != nil { break }
        }
        return (String(decoding: received, as: UTF8.self), isOver)
    }

    private func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
        #if canImport(Glibc)
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #else
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, flags)
        #endif
    }
}

extension LoopbackConnection {
    /// One request, such as `GET /model`, on a connection of its own, and the whole answer.
    package static func ask(
        _ port: Int, _ request: String, _ fields: [String] = [], body: String = ""
    ) async throws -> String {
        let connection = try LoopbackConnection(port: port)
        let head = [
            "\(request) HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: \(body.utf8.count)",
        ]
        try connection.send((head + fields).joined(separator: "\r\n") + "\r\n\r\n" + body)
        return await connection.receive(until: "\u{0}")
    }

    /// The values of `GET /metrics` by name and labels.
    package static func metrics(_ port: Int) async throws -> [String: Double] {
        let answer = try await ask(port, "GET /metrics")
        let lines = answer.split(separator: "\r\n\r\n", maxSplits: 1).last?.split(separator: "\n") ?? []
        return lines.filter { !$0.hasPrefix("#") }.reduce(into: [:]) { values, line in
            guard let space = line.lastIndex(of: " ") else { return }
            values[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
    }
}
