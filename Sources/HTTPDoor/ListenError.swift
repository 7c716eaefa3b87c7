import Foundation
import NIOCore

/// Why the service could not listen to its address, in words.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// `nil` when `error` is about something else.
    package init?(_ error: any Error, configuration: DoorConfiguration) {
        switch error {
        case let error as IOError:
            let ports = configuration.ports.map(String.init).joined(separator: " or ")
            self.init(errno: error.errnoCode, host: configuration.host, port: ports)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            self.init(
                description: "The address \(configuration.host) is not known here. Choose another --host: 127.0.0.1 is "
                    + "this machine alone, 0.0.0.0 every address that it has.")
        default: return nil
        }
    }

    private init(description: String) { self.description = description }

    /// - Parameter errno: What the system says.
    package init(errno: Int32, host: String, port: String) {
        description =
            switch errno {
            case EADDRINUSE:
                "Another program listens to \(host):\(port). Stop it, or choose another --port."
            case EACCES: "This user may not listen to \(host):\(port). Choose a --port above 1023."
            case EADDRNOTAVAIL: "This machine has no address \(host). Choose another --host."
            default:
                "\(host):\(port) cannot be listened to: \(String(cString: strerror(errno))). Choose another --host or "
                    + "--port."
            }
    }
}
