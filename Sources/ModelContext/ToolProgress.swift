/// Tells how far a call is: a number that grows with each step, and a sentence.
package struct ToolProgress: Sendable {
    private let token: RPCID
    private var step = 0
    private var text = ""
    private var pieces = 0

    package enum Event: Sendable {
        /// So many requests stand before it.
        case queued(ahead: Int)
        /// The model looks at the image.
        case started
        /// More of the answer.
        case text(String)
    }

    package init(_ token: RPCID) {
        self.token = token
    }

    /// Text is told in steps of so many pieces.
    private static let stride = 4
    private static let maxShown = 80

    /// A message for the client; `nil` where the event is not worth one.
    package mutating func hear(_ event: Event) -> String? {
        switch event {
        case .queued(0): return tell("This request is the next one.")
        case .queued(1): return tell("1 request is before this one.")
        case .queued(let ahead): return tell("\(ahead) requests are before this one.")
        case .started: return tell("The model looks at the picture.")
        case .text(let piece):
            text = String((text + piece).suffix(Self.maxShown + 1))
            pieces += 1
            guard pieces % Self.stride == 0 else { return nil }
            return tell(text.count > Self.maxShown ? "… " + text.suffix(Self.maxShown) : text)
        }
    }

    private mutating func tell(_ message: String) -> String {
        step += 1
        return RPCText.progress(token, step: step, message)
    }
}
