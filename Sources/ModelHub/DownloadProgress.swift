/// How far the download of a model's files is.
public struct DownloadProgress: Sendable, Equatable {
    /// Bytes that are on the disk already, those of earlier tries included.
    public var bytesDone: Int
    /// Bytes of all files together; `nil` until the hub has told.
    public var bytesTotal: Int?
    /// Seconds that the rest takes at the present rate; `nil` until there is one.
    public var secondsLeft: Double?

    public init(bytesDone: Int = 0, bytesTotal: Int? = nil, secondsLeft: Double? = nil) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
        self.secondsLeft = secondsLeft
    }
}
