import Synchronization

/// An image's file, which whoever decodes it takes away, so that it does not stay in memory for as long as its chat waits.
final class ChatFile: Sendable {
    let count: Int
    private let state: Mutex<[UInt8]>

    init(_ bytes: [UInt8]) {
        count = bytes.count
        state = Mutex(bytes)
    }

    /// None once they were taken.
    var bytes: [UInt8] { state.withLock { $0 } }

    /// The bytes; none the second time.
    func take() -> [UInt8] {
        state.withLock { state in
            defer { state = [] }
            return state
        }
    }
}
