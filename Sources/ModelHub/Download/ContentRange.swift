/// The header `Content-Range` of an answer with a part of a file: `bytes 100-199/1000`.
struct ContentRange: Equatable {
    let start: Int
    /// Bytes of the whole file; `nil` where the server does not know.
    let total: Int?

    /// `nil` where the header says something else.
    init?(_ header: String?) {
        guard let header, let match = header.wholeMatch(of: /bytes (\d{1,18})-(\d{1,18})\/(\d{1,18}|\*)/),
            let start = Int(match.1), let end = Int(match.2), end >= start
        else { return nil }
        self.start = start
        total = Int(match.3)
        if let total, end >= total { return nil }
    }
}
