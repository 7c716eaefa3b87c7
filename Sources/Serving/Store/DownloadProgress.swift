/// How far the download of a model's files is.
public struct DownloadProgress: Sendable, Equatable {
    /// Bytes that are on the disk already, those of earlier tries included.
    public var bytesDone: Int
    /// Bytes of all files together; `nil` until it is known.
    public var bytesTotal: Int?
    /// Bytes that have come in a second lately; `nil` until some have.
    public var bytesPerSecond: Double?
    /// Seconds that the rest takes at the present rate; `nil` until there is one.
    public var secondsLeft: Double?
    /// Why the last try brought nothing, as a sentence, while it is tried again and nothing has come.
    public var trouble: String?

    public init(
        bytesDone: Int = 0, bytesTotal: Int? = nil, bytesPerSecond: Double? = nil, secondsLeft: Double? = nil,
        trouble: String? = nil
    ) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.bytesPerSecond = bytesPerSecond
        self.secondsLeft = secondsLeft
        self.trouble = trouble
    }
}

extension DownloadProgress: CustomStringConvertible {
    /// Such as `120 of 3290 MB, about 3 minutes left`.
    public var description: String {
        if bytesDone == 0, bytesTotal == nil { return "nothing has arrived yet" }
        return [amount, timeLeft].compactMap { $0 }.joined(separator: ", ")
    }

    /// Such as `120 of 3290 MB`.
    public var amount: String {
        guard let bytesTotal else { return "\(bytesDone / 1_000_000) MB" }
        return "\(bytesDone / 1_000_000) of \(max(1, bytesTotal / 1_000_000)) MB"
    }

    /// Such as `about 3 minutes left`; `nil` while nobody can say.
    public var timeLeft: String? {
        guard let secondsLeft, secondsLeft.isFinite, secondsLeft >= 0, secondsLeft < 1e9 else { return nil }
        func about(_ count: Double, _ unit: String) -> String {
            let number = Int(count.rounded(.up))
            return "about \(number) \(unit)\(number == 1 ? "" : "s") left"
        }
        if secondsLeft <= 90 { return about(max(1, secondsLeft), "second") }
        return secondsLeft <= 5400 ? about(secondsLeft / 60, "minute") : about(secondsLeft / 3600, "hour")
    }

    /// From 0 to 1; `nil` until it is known how much there is.
    public var fraction: Double? {
        bytesTotal.map { $0 > 0 ? min(1, Double(bytesDone) / Double($0)) : 1 }
    }

    /// Whole seconds, 1 to 60, after which it is worth asking again.
    public var secondsToWait: Int { wholeSeconds(secondsLeft ?? 5) }
}
