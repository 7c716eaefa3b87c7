/// How much work an image may be, whatever its size.
public struct DecodeLimits: Sendable {
    /// The most processor time that decoding and resizing may take.
    public var processorTime: Duration
    /// How many times the file's size a decoder may be handed, beyond `handedBytes`.
    public var handedSizes: Int
    /// How many bytes a decoder may be handed of any file.
    public var handedBytes: Int

    public init(processorTime: Duration = .seconds(10), handedSizes: Int = 4, handedBytes: Int = 256_000_000) {
        self.processorTime = processorTime
        self.handedSizes = handedSizes
        self.handedBytes = handedBytes
    }

    /// The most bytes that the decoder of a file of `size` bytes may be handed.
    func mostHanded(of size: Int) -> Int {
        let (product, overflow) = size.multipliedReportingOverflow(by: handedSizes)
        return overflow ? .max : product.addingReportingOverflow(handedBytes).overflow ? .max : product + handedBytes
    }
}
