/// What a decode asks as it goes, between rows, tiles and blocks of its input, on the thread that decodes.
public struct DecodeWatch: Sendable {
    /// Gets the processor time that this decode has used on its thread so far. It returns to let the decode go on, may
    /// block for as long as it has to pause, and throws to end it, `ImageError.abandoned` when nobody waits any more.
    public typealias Question = @Sendable (_ processorTime: Duration) throws(ImageError) -> Void

    private let question: Question

    public init(_ question: @escaping Question) {
        self.question = question
    }

    /// For a decode that nobody pauses or ends.
    public static let none = DecodeWatch { _ in }

    func ask(_ processorTime: Duration) throws(ImageError) { try question(processorTime) }
}
