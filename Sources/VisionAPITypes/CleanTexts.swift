/// What `POST /clean` answers.
public struct CleanTextsResponse: Codable, Sendable, Equatable {
    /// In the order in which they came.
    public var texts: [String]
    /// Which of them, from 0, are as they came, as nothing would have been left; absent where there are none.
    public var kept: [Int]?

    public init(texts: [String], kept: [Int]? = nil) {
        self.texts = texts
        self.kept = kept
    }
}
