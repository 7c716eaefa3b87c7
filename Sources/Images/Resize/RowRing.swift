/// The last rows of many, in memory for as many as are needed at a time.
final class RowRing {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let rowBytes: Int

    /// Room for `capacity` rows, and `slack` bytes behind the last of them.
    init(capacity: Int, rowBytes: Int, slack: Int = 0) {
        self.capacity = capacity
        self.rowBytes = rowBytes
        start = .allocate(capacity: capacity * rowBytes + slack)
        start.initialize(repeating: 0, count: capacity * rowBytes + slack)
    }

    deinit { start.deallocate() }

    /// Where row `index` stands; the row that is `capacity` before it stood there.
    subscript(index: Int) -> UnsafeMutablePointer<UInt8> { start + index % capacity * rowBytes }
}
