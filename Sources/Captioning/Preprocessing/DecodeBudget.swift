/// How much decoding goes on at a time, and how much memory it may take.
public struct DecodeBudget: Sendable, Equatable {
    /// Bytes that all decoding takes at the most.
    public var memory: Int
    /// Places for work that may yet be quick.
    package var fastPlaces = 2
    /// The most that wait for the slow lane in the middle of their work, each with its thread and its memory.
    package var maxPaused = 8
    /// How often later work may pass one that waits for memory.
    package var maxPassed = 16
    /// The processor time after which work leaves a fast place.
    package var fastTime = Duration.milliseconds(100)

    public init(memory: Int = 768 << 20) {
        self.memory = max(0, memory)
    }

    /// The bytes that one piece of work may take at the most: the rest is kept for small images, so that they need
    /// not wait for a large one.
    public var largest: Int { memory - small * (fastPlaces + 1) }

    /// Work of so few bytes has its memory whenever it has a place.
    private var small: Int { memory / 48 }

    func isSmall(_ bytes: Int) -> Bool { bytes <= small }
}
