import Foundation
import Loopback

#if canImport(Glibc)
    import Glibc
#endif

/// A program that listens on this machine and says the same to whoever comes, once something was asked.
final class LoopbackListener: Sendable {
    let port: Int
    private let descriptor: Int32

    init(answer: String) throws {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        guard result else { throw LoopbackConnection.Failure(operation: "listen") }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                if recv(client, &buffer, buffer.count, 0) > 0 { _ = write(client, answer, answer.utf8.count) }
                close(client)
            }
        }
    }

    deinit {
        // This alone wakes who waits in `accept`.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
