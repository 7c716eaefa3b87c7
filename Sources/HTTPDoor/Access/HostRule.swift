import Foundation
import Hummingbird
import NIOCore

/// Which names a server may be called by without anybody having said so.
///
/// A web page can let its own name point to this machine (DNS rebinding) and is then, for the browser, a page of this
/// server. It cannot take a name that is nobody's in public.
package struct HostRule: Sendable, Equatable {
    private let names: Set<String>

    /// - Parameters:
    ///   - allowed: More names, with or without a port.
    ///   - machine: The machine's own name.
    package init(allowed: [String] = [], machine: String = Self.machineName) {
        let own = [machine, machine.split(separator: ".").first.map(String.init) ?? machine]
        names = Set((allowed + own).compactMap(Self.name(in:)))
    }

    /// - Parameter authority: A `Host`: a name or an address, perhaps with a port.
    package func takes(_ authority: String) -> Bool {
        guard let name = Self.name(in: authority) else { return false }
        return names.contains(name) || Self.isLocal(name) || Self.isAddress(name)
    }

    /// The name in a `Host`, in small letters and without the port; `nil` where that is none.
    package static func name(in authority: String) -> String? {
        var name = authority.lowercased()[...]
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            guard name[colon...].dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            name = name[..<colon]
        }
        if isAddress(String(name)) { return String(name) }
        if name.hasSuffix(".") { name.removeLast() }
        let isName = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
        }
        return isName && !name.isEmpty ? String(name) : nil
    }

    /// Whether what is listened to is this machine's alone.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host == "[::1]"
            || host.hasPrefix("127.") && isAddress(host)
    }

    private static func isLocal(_ name: String) -> Bool {
        name == "localhost" || [".localhost", ".local", ".internal"].contains { name.hasSuffix($0) }
    }

    private static func isAddress(_ name: String) -> Bool {
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        guard isBracketed || !name.contains(":") else { return false }
        let address = isBracketed ? String(name.dropFirst().dropLast().prefix { $0 != "%" }) : name
        guard let parsed = try? SocketAddress(ipAddress: address, port: 0) else { return false }
        return (parsed.protocol == .inet6) == isBracketed
    }

    /// The machine's own name, without asking anybody.
    package static var machineName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Refuses requests under names that the server was not given.
struct HostMiddleware: RouterMiddleware {
    let rule: HostRule
    let answers: ErrorAnswers

    /// HTTP/1.0 may name no host; every browser does.
    func handle(
        _ request: Request, context: DoorContext, next: (Request, DoorContext) async throws -> Response
    ) async throws -> Response {
        if let host = request.head.authority, !rule.takes(host) {
            return answers.response(to: DoorError.foreignHost(HostRule.name(in: host)), request, context)
        }
        return try await next(request, context)
    }
}
