package import Foundation
import Synchronization

/// A body that whoever needs it takes away, so that it does not stay in memory for as long as its request waits.
package final class ReadBody: Sendable {
    package let count: Int
    private let data: Mutex<Data>
    private let freed: @Sendable (Int) -> Void

    package init(_ data: Data, freed: @escaping @Sendable (Int) -> Void) {
        count = data.count
        self.data = Mutex(data)
        self.freed = freed
    }

    /// With the body goes what was made of it.
    deinit { freed(count) }

    /// The bytes; none the second time.
    package func take() -> Data {
        data.withLock { data in
            // The only reference, so that whoever takes them may write to them without a copy.
            var taken = Data()
            swap(&taken, &data)
            return taken
        }
    }
}
