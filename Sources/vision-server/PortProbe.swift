import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Whether a port can be listened to.
enum PortProbe {
    enum Finding: Equatable {
        case free
        /// Somebody listens to it.
        case taken
        /// In words.
        case unusable(String)
    }

    static func find(host: String, port: Int) -> Finding {
        guard let code = failure(host: host, port: port) else {
            return .unusable("the address \(host) is not known here")
        }
        return switch code {
        case 0: .free
        case EADDRINUSE: .taken
        case EACCES: .unusable("this user may not listen to \(host):\(port)")
        case EADDRNOTAVAIL: .unusable("this machine has no address \(host)")
        default: .unusable("\(host):\(port) cannot be listened to: \(reason(code))")
        }
    }

    /// Why a port cannot be listened to, as the system's number; 0 where it can, `nil` where the host has no address.
    static func failure(host: String, port: Int) -> Int32? {
        withAddress(host, port) { address in
            let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
            guard descriptor >= 0 else { return errno }
            defer { close(descriptor) }
            // As the server does: a connection that has just ended does not block the port.
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            return bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && listen(descriptor, 1) == 0 ? 0 : errno
        }
    }

    /// The first address of a name; `nil` where it has none.
    static func withAddress<R>(_ host: String, _ port: Int, _ body: (addrinfo) -> R) -> R? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var addresses: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &addresses) == 0, let address = addresses?.pointee else {
            return nil
        }
        defer { freeaddrinfo(addresses) }
        return body(address)
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code)).lowercased()
    }
}
