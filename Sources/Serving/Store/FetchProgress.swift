/// How far the fetching of a model's files is.
public struct FetchProgress: Sendable, Equatable {
    public var bytesDone: Int
    /// `nil` until it is known.
    public var bytesTotal: Int?
    /// Seconds that the rest takes; `nil` until it is known.
    public var secondsLeft: Double?
    /// Why the last try brought nothing, as a sentence, while it is tried again and nothing has come.
    public var trouble: String?

    public init(
        bytesDone: Int = 0, bytesTotal: Int? = nil, secondsLeft: Double? = nil, trouble: String? = nil
    ) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.secondsLeft = secondsLeft
        self.trouble = trouble
    }

    /// `120 of 3290 MB, about 3 minutes left`
    public var sentence: String {
        if bytesDone == 0, bytesTotal == nil { return "nothing has arrived yet" }
        let done = "\(bytesDone / 1_000_000)"
        let bytes = bytesTotal.map { "\(done) of \($0 / 1_000_000) MB" } ?? "\(done) MB"
        guard let secondsLeft, secondsLeft.isFinite, secondsLeft >= 0 else { return bytes }
        return "\(bytes), about \(Self.words(min(secondsLeft, 1e6))) left"
    }

    /// Whole seconds, 1 to 60, after which it is worth asking again.
    public var secondsToWait: Int { wholeSeconds(secondsLeft ?? 5) }

    private static func words(_ seconds: Double) -> String {
        if seconds <= 1 { return "1 second" }
        if seconds < 90 { return "\(Int(seconds.rounded(.up))) seconds" }
        if seconds < 5400 { return "\(Int((seconds / 60).rounded())) minutes" }
        return "\(Int((seconds / 3600).rounded())) hours"
    }
}
