/// The fields of a request's or an answer's head, in their order.
package struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0, value: $1) }
    }

    package mutating func add(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The value of the first field of that name, in whatever case it is written.
    package func first(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }
}

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
    /// Whoever sends more bytes before a body means no good.
    package static let limit = 256 << 10

    private var head: AnswerHead?
    private var count = 0
    package private(set) var isDone = false

    /// Whether anything has come.
    var hasBegun: Bool { count > 0 }

    /// Whether more has come than a head may have.
    package var isTooLong: Bool { count > Self.limit }

    package init() {}

    /// Takes a line with or without its end.
    /// - Returns: The head that the line completes; what only announces another one (1xx) is left out, and so is what
    ///   comes behind a body.
    package mutating func take(_ line: some Collection<UInt8>) -> AnswerHead? {
        count += line.count
        if isDone || isTooLong { return nil }
        let text = String(decoding: line, as: UTF8.self)
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
