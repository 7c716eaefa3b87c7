/// What a server has answered to one prompt or several.
package struct TaskAnswers: Sendable, Equatable {
    private let results: [String: AnyJSON]
    private let details: [String: AnyJSON]

    /// - Parameter reply: the result of one prompt, or of a list an object with `results` and perhaps `details`.
    package init(_ reply: AnyJSON, to query: CaptionQuery) {
        guard query.isList else {
            (results, details) = ([query.prompt: reply], [:])
            return
        }
        guard case .object(let body) = reply, case .object(let results) = body["results"] else {
            (results, details) = ([:], [:])
            return
        }
        self.results = results
        var details: [String: AnyJSON] = [:]
        if case .array(let list) = body["details"] {
            for case .object(let detail) in list {
                if case .string(let prompt) = detail["prompt"] { details[prompt] = .object(detail) }
            }
        }
        self.details = details
    }

    package subscript(_ prompt: String) -> AnyJSON? { results[prompt] }

    /// How an answer came about: its tokens and seconds.
    package func detail(_ prompt: String) -> [String: AnyJSON]? {
        if case .object(let detail) = details[prompt] { detail } else { nil }
    }
}
