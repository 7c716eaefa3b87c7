import Synchronization

/// All connections of the server: how many there may be, and how many may throw away what is left of a request.
package final class Connections: Sendable {
    private static let maxDraining = 16

    private struct State {
        var census: ConnectionCensus
        var evictions: [ConnectionCensus.ID: @Sendable () -> Void] = [:]
        var lastID: ConnectionCensus.ID = 0
        var draining = 0
    }

    private let state: Mutex<State>

    package init(limit: Int) {
        state = Mutex(State(census: ConnectionCensus(limit: limit)))
    }

    /// Counts a new connection, for which an idle one may have to go.
    ///
    /// - Parameter evict: Called when this one has to go for another.
    /// - Returns: What the connection is called here; `nil` when there are too many.
    func open(evict: @escaping @Sendable () -> Void) -> ConnectionCensus.ID? {
        let (id, eviction) = state.withLock { state in
            state.lastID += 1
            let admission = state.census.open(state.lastID)
            guard admission != .refused else { return (ConnectionCensus.ID?.none, (@Sendable () -> Void)?.none) }
            state.evictions[state.lastID] = evict
            guard case .inPlaceOf(let victim) = admission else { return (state.lastID, nil) }
            return (state.lastID, state.evictions.removeValue(forKey: victim))
        }
        eviction?()
        return id
    }

    /// - Returns: Whether the connection may go on; `false` when it has been given up for another.
    func setIdle(_ id: ConnectionCensus.ID, _ isIdle: Bool) -> Bool {
        state.withLock { $0.census.setIdle(id, isIdle) }
    }

    func close(_ id: ConnectionCensus.ID) {
        state.withLock { state in
            state.census.close(id)
            state.evictions[id] = nil
        }
    }

    /// - Returns: Whether one more may throw away what is left of its request, until it calls `endDraining()`.
    func beginDraining() -> Bool {
        state.withLock { state in
            guard state.draining < Self.maxDraining else { return false }
            state.draining += 1
            return true
        }
    }

    func endDraining() {
        state.withLock { $0.draining -= 1 }
    }
}
