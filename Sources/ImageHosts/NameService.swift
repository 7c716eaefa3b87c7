import Foundation
import Synchronization

/// Asks the system which addresses names have.
///
/// Its call blocks for as long as a name service says nothing, and cannot be ended. So it has threads of its own, a few:
/// nobody else waits for them, and who has asked goes on without them when the time is over.
package final class NameService: Sendable {
    package typealias Ask = @Sendable (_ name: String) throws -> [NetworkAddress]
    private typealias Waiter = CheckedContinuation<[NetworkAddress], any Error>

    /// The most names that are asked for at the same time.
    package static let maxNames = 16

    private let ask: Ask
    private let questions = Mutex(NameQuestions<Waiter>(limit: maxNames))
    private let lastTicket = Atomic<UInt64>(0)

    /// - Parameter ask: Blocks until it knows; a test may know better than the system.
    package init(ask: @escaping Ask = { try NameService.askSystem($0) }) {
        self.ask = ask
    }

    /// - Throws: `ImageFetchError.unknownHost`, `.timeout`, `.busy`; `CancellationError`.
    package func addresses(of name: String, within limit: Duration) async throws -> [NetworkAddress] {
        try await withThrowingTaskGroup(of: [NetworkAddress].self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.addresses(of: name) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ImageFetchError.timeout(name)
            }
            return try await group.next() ?? []
        }
    }

    private func addresses(of name: String) async throws -> [NetworkAddress] {
        let ticket = lastTicket.wrappingAdd(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0, ticket, for: name) }
        } onCancel: {
            questions.withLock { $0.remove(ticket, for: name) }?.resume(throwing: CancellationError())
        }
    }

    private func wait(_ waiter: Waiter, _ ticket: UInt64, for name: String) {
        // Whoever cancels from here on finds the waiter.
        let decision = questions.withLock { Task.isCancelled ? nil : $0.add(waiter, ticket, for: name) }
        switch decision {
        case nil: waiter.resume(throwing: CancellationError())
        case .busy: waiter.resume(throwing: ImageFetchError.busy)
        case .wait: break
        case .ask:
            let hasThread = NameThread.start { [self] in end(name, Result { try ask(name) }) }
            if !hasThread { end(name, .failure(ImageFetchError.busy)) }
        }
    }

    private func end(_ name: String, _ result: Result<[NetworkAddress], any Error>) {
        for waiter in questions.withLock({ $0.end(name) }) { waiter.resume(with: result) }
    }

    package static func askSystem(_ name: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_flags = AI_ADDRCONFIG
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &first) == 0, let first else { throw ImageFetchError.unknownHost(name) }
        defer { freeaddrinfo(first) }
        let entries = sequence(first: first) { $0.pointee.ai_next }
        return entries.compactMap { entry in
            guard let address = UnsafeRawPointer(entry.pointee.ai_addr) else { return nil }
            switch entry.pointee.ai_family {
            case AF_INET:
                var value = address.loadUnaligned(as: sockaddr_in.self).sin_addr
                return NetworkAddress(bytes: withUnsafeBytes(of: &value) { Array($0) })
            case AF_INET6:
                var value = address.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                return NetworkAddress(bytes: withUnsafeBytes(of: &value) { Array($0) })
            default: return nil
            }
        }
    }
}
