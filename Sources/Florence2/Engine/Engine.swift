package import Images

#if compiler(>=6.2)
    /// An engine's type, which says nothing of its state, may be named on any thread.
    package typealias EngineType = SendableMetatype
#else
    package typealias EngineType = Any
#endif

/// What a loaded network does, wherever it runs. One caller at a time.
package protocol Engine: EngineType {
    /// What the vision tower has seen in an image; may be kept, and let go of on any thread.
    associatedtype Features: Sendable
    /// What the decoder keeps of an answer that is being generated; goes with its last copy.
    associatedtype Memory

    var limits: EngineLimits { get }

    /// The features of a prepared image.
    ///
    /// - Throws: `ModelError.wrongImageSize`, or what `checkCancellation` throws; it is called every few milliseconds.
    func encodeImage(_ image: PreparedImage, checkCancellation: @escaping () throws -> Void) throws -> Features

    /// Reads a prompt beside an image: encoder states and what cross-attention needs of them, for so many beams.
    func prefill(
        _ promptIDs: [Int], beside features: Features, beams: Int, checkCancellation: @escaping () throws -> Void
    ) throws -> Memory

    /// Feeds one token a beam to every answer, and chooses what each may go on with: the best candidates, best first, of
    /// equal ones the lower beam and token. An answer whose scores are no numbers has no candidates.
    ///
    /// Its result for one answer does not depend on the others.
    func step(_ feeds: [Feed], _ memories: inout [Memory]) throws -> [[Candidate]]

    /// The most bytes that a memory takes for so many encoder states and tokens.
    func byteCount(states: Int, beams: Int, tokens: Int) -> Int

    /// Bytes that features take.
    func byteCount(of features: Features) -> Int

    /// Bytes that a memory takes now.
    func byteCount(of memory: Memory) -> Int

    /// Bytes that were used and wait to be used again.
    var idleByteCount: Int { get }

    /// Gives them back to the system.
    func trim()
}

/// How much a network can take in and give out.
package struct EngineLimits: Sendable, Equatable {
    /// The most tokens of an answer.
    package let newTokens: Int
    /// The most encoder states: image tokens and prompt tokens together.
    package let states: Int
    /// Image tokens of an image of the size that the model's images are prepared to.
    package let imageTokens: Int

    package init(newTokens: Int, states: Int, imageTokens: Int) {
        self.newTokens = newTokens
        self.states = states
        self.imageTokens = imageTokens
    }

    /// The most tokens of a prompt.
    package var promptTokens: Int { max(0, states - imageTokens) }
}
