import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Whether a port can be listened to.
enum PortProbe {
    /// Why not, in words; `nil` when it can.
    static func problem(host: String, port: Int) -> String? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var addresses: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &addresses) == 0, let address = addresses?.pointee else {
            return "the name \(host) cannot be resolved"
        }
        defer { freeaddrinfo(addresses) }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { return "no socket can be opened: \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        // As the server does: a connection that has just ended does not block the port.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1) == 0 { return nil }
        return switch errno {
        case EADDRINUSE: "another program listens to \(host):\(port): perhaps this server runs already"
        case EACCES: "this user may not listen to \(host):\(port)"
        default: "\(host):\(port) cannot be listened to: \(String(cString: strerror(errno)))"
        }
    }
}
