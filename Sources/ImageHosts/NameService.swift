import Dispatch
import Foundation
import Synchronization

/// Asks the system which addresses a name has.
enum NameService {
    /// - Throws: `ImageFetchError.unknownHost`, `.timeout`; `CancellationError`.
    static func addresses(of name: String, within limit: Duration) async throws -> [NetworkAddress] {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.awaits(continuation)
                // The system's own call cannot be ended: who waits goes on without it.
                DispatchQueue.global().async { answer.give(Result { try ask(name) }) }
                let milliseconds = Int(limit / .milliseconds(1))
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(max(milliseconds, 0))) {
                    answer.give(.failure(ImageFetchError.timeout(name)))
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    private static func ask(_ name: String) throws -> [NetworkAddress] {
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

    /// The first answer counts.
    private final class Answer: Sendable {
        private enum State {
            case none
            case awaited(CheckedContinuation<[NetworkAddress], any Error>)
            case early(Result<[NetworkAddress], any Error>)
            case given
        }

        private let state = Mutex(State.none)

        func awaits(_ continuation: CheckedContinuation<[NetworkAddress], any Error>) {
            let early: Result<[NetworkAddress], any Error>? = state.withLock { state in
                if case .early(let result) = state {
                    state = .given
                    return result
                }
                state = .awaited(continuation)
                return nil
            }
            if let early { continuation.resume(with: early) }
        }

        func give(_ result: Result<[NetworkAddress], any Error>) {
            let waiter: CheckedContinuation<[NetworkAddress], any Error>? = state.withLock { state in
                switch state {
                case .none:
                    state = .early(result)
                    return nil
                case .awaited(let continuation):
                    state = .given
                    return continuation
                case .early, .given: return nil
                }
            }
            waiter?.resume(with: result)
        }
    }
}
