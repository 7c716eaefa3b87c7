/// Status and headers of an answer.
package struct AnswerHead: Sendable, Equatable {
    package let status: Int
    package var headers = Headers()

    package init(status: Int) {
        self.status = status
    }
}

/// Puts heads together from their lines.
package struct HeadReader {
    private var head: AnswerHead?
    package private(set) var isDone = false

    package init() {}

    /// Takes a line with or without its end.
    /// - Returns: The head that the line completes; what only announces another one (1xx) is left out, and so is what
    ///   comes behind a body.
    package mutating func take(_ line: some Sequence<UInt8>) -> AnswerHead? {
        if isDone { return nil }
        let text = String(decoding: Array(line), as: UTF8.self)
        let trimmed = text.trimmingSuffix { $0.isNewline }
        if trimmed.hasPrefix("HTTP/") {
            head = trimmed.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { AnswerHead(status: $0) }
        } else if trimmed.isEmpty {
            guard let head, head.status >= 200 else { return nil }
            isDone = true
            return head
        } else if let colon = trimmed.firstIndex(of: ":") {
            let value = trimmed[trimmed.index(after: colon)...]
            head?.headers.add(name: String(trimmed[..<colon]), value: value.trimmingBlanks)
        }
        return nil
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        String(drop { $0 == " " || $0 == "\t" }.trimmingSuffix { $0 == " " || $0 == "\t" })
    }

    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let last = text.last, isDropped(last) { text.removeLast() }
        return text
    }
}
