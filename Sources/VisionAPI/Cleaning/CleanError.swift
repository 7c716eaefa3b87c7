/// What a client of `POST /clean` can get wrong, besides the fields themselves.
package enum CleanError: Error, Equatable, CustomStringConvertible {
    case malformedJSON(String)
    case notAnObject
    case bodyTooLarge(limit: Int)
    /// The texts and the rules together are more work than a request may be.
    case tooMuchWork(limit: Int)

    package var description: String {
        switch self {
        case .malformedJSON(let reason): "The body is not valid JSON: \(reason). \(Self.example)"
        case .notAnObject: "The body must be one JSON object. \(Self.example)"
        case .bodyTooLarge(let limit): "The request is larger than \(limit >> 20) MB. Send fewer texts at a time."
        case .tooMuchWork(let limit):
            "What \"clean\" does to the texts comes to more than \(limit / 1_000_000) million steps, about one for each "
                + "letter that a rule looks at. Send fewer texts at a time, or fewer rules."
        }
    }

    private static let example = #"Send {"texts": ["<a caption>"], "clean": {"max_words": 20}}."#
}
