import Foundation
import NIOCore

/// Why the service could not listen to its address, in words.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    /// `nil` when `error` is about something else.
    package init?(_ error: any Error, configuration: DoorConfiguration) {
        let ports = configuration.ports.map(String.init).joined(separator: " or ")
        let address = "\(configuration.host):\(ports)"
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            description = "Another program listens to \(address). Stop it, or choose another --port."
        case let error as IOError where error.errnoCode == EACCES:
            description = "This user may not listen to \(address). Choose a --port above 1023."
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            description = "This machine has no address \(configuration.host). Choose another --host."
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            description =
                "The address \(configuration.host) is not known here. Choose another --host: 127.0.0.1 is this machine "
                + "alone, 0.0.0.0 every address that it has."
        case let error as IOError:
            let reason = String(cString: strerror(error.errnoCode))
            description = "\(address) cannot be listened to: \(reason). Choose another --host or --port."
        default: return nil
        }
    }
}
